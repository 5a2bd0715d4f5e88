"""Charges, limits, balances, cards, service plans and services."""

from __future__ import annotations

import pytest


@pytest.fixture
def priced(fake_kazoo, master):
    """The customer's plan with prices for everything that may cost."""
    accounts = fake_kazoo.store.data["accounts"]
    account = accounts[master.account_id]
    plan_id = next(iter(account["one"]["services"]["doc"]["plans"]))
    plan = accounts[account["pvt"]["reseller_id"]]["docs"]["service_plans"][plan_id]["doc"]
    plan["plan"] = {
        "devices": {"_all": {"rate": 3.5, "activation_charge": 1.0}},
        "users": {"user": {"rate": 2.0}},
        "limits": {"twoway_trunks": {"rate": 10.0}},
    }
    return plan_id


WISHES = [
    ("PUT", "~/devices", {"name": "New"}, ("devices", "sip_device")),
    ("PUT", "~/users", {"first_name": "a", "last_name": "b"}, ("users", "user")),
    ("POST", "~/limits", {"twoway_trunks": 900}, ("limits", "twoway_trunks")),
]


@pytest.mark.parametrize(("method", "path", "document", "item"), WISHES)
def test_what_raises_the_bill_is_asked_first(master, priced, fake_kazoo, method, path, document, item):
    before = repr(fake_kazoo.store.data["accounts"])
    asked = master(method, path, document)
    assert (asked.status_code, asked.json()["error"], asked.json()["message"]) == (
        402,
        "402",
        "accept charges",
    )
    line = asked.json()["data"][item[0]][item[1]]
    assert (line["category"], line["item"]) == item
    assert set(line) >= {"quantity", "rate", "single_discount", "cumulative_discount", "activation_charges"}
    assert asked.json()["data"]["activation_charges"] == line["activation_charges"]
    assert repr(fake_kazoo.store.data["accounts"]) == before

    assert master(method, path, document, envelope={"accept_charges": True}).status_code in (200, 201)


def test_newer_servers_quote_in_other_words(sandbox, master, priced):
    sandbox.state("kazoo")["generation"] = "4.3"
    quote = master("PUT", "~/devices", {"name": "New"}).json()["data"]

    assert set(quote["summary"]) == {"today", "recurring"}
    assert quote["invoices"][0]["items"][0]["changes"]


def test_what_is_free_is_not_asked(sandbox, master, priced):
    assert master("PUT", "~/menus", {"name": "x"}).status_code == 201
    sandbox.state("kazoo")["settings"]["charges"] = False
    assert master("PUT", "~/devices", {"name": "New"}).status_code == 201


def test_limits_are_set_by_resellers(master, customer):
    assert customer("GET", "~/limits").status_code == 200
    assert customer("POST", "~/limits", {"twoway_trunks": 0}).status_code == 403
    assert master.ok("POST", "~/limits", {"twoway_trunks": 0})["twoway_trunks"] == 0
    assert list(master("POST", "~/limits", {"twoway_trunks": -1}).json()["data"]) == ["twoway_trunks"]


# ---- balance ----


def test_the_balance_has_two_addresses(master, fake_kazoo):
    fake_kazoo.store.data["accounts"][master.account_id]["pvt"]["balance_units"] = 125_000

    assert master.get("~/transactions/current_balance") == {"balance": 12.5}
    assert master.get("~/ledgers/total") == {"amount": 12.5}


def test_credit_needs_a_card(master, fake_kazoo):
    account = fake_kazoo.store.data["accounts"][master.account_id]
    account["one"].pop("braintree_customer", None)
    account["pvt"]["balance_units"] = 0
    refused = master("PUT", "~/braintree/credits", {"amount": 20.0})
    assert (refused.status_code, refused.json()["message"]) == (402, "no_payment_token")

    customer = master.ok(
        "POST", "~/braintree/customer", {"first_name": "Ada", "payment_method_nonce": "fake-nonce"}
    )
    assert customer["first_name"] == "Ada"
    assert customer["credit_cards"][0]["default"] is True
    assert master.ok("PUT", "~/braintree/credits", {"amount": 20.0})["amount"] == 20.0
    assert master.get("~/transactions/current_balance") == {"balance": 20.0}
    assert master.get("~/braintree/credits") == {"amount": 20.0, "billing_account_id": master.account_id}


@pytest.mark.parametrize("amount", [None, "20", 0, -1, True])
def test_odd_amounts(master, amount):
    assert list(master("PUT", "~/braintree/credits", {"amount": amount}).json()["data"]) == ["amount"]


def test_without_the_application(sandbox, master):
    sandbox.state("kazoo")["settings"]["braintree"] = False

    assert master("GET", "~/braintree/customer").status_code == 404


# ---- plans ----


def test_plans_are_offered_added_and_removed(master, customer, priced):
    offers = {row["id"] for row in master.every("~/service_plans")}
    assert priced in offers
    other = next(one for one in offers if one not in master.get("~/service_plans/current")["plans"])
    assert customer("POST", f"~/service_plans/{other}", {}).status_code == 403
    assert other in master.ok("POST", f"~/service_plans/{other}", {})["plans"]
    assert other in master.get("~/services")["plans"]
    assert other not in master.ok("DELETE", f"~/services/{other}", {})["plans"]
    assert master("DELETE", f"~/service_plans/{other}", {}).status_code == 404
    assert master("POST", "~/service_plans/none", {}).status_code == 404


def test_what_is_in_force(master, priced):
    current = master.get("~/service_plans/current")

    assert set(current) >= {
        "account_quantities",
        "cascade_quantities",
        "plans",
        "billing_id",
        "reseller_id",
        "items",
    }
    assert current["items"]["devices"] or current["items"]["users"]
    assert master.get("~/services/summary")["summary"]["recurring"] >= 0


def test_books_are_settled_by_resellers(master, customer):
    for path in ("~/service_plans/reconciliation", "~/services/synchronization"):
        assert master.ok("POST", path, {}) == {}
        assert customer("POST", path, {}).status_code == 403


def test_bookings_are_listed_by_their_source(caller_of, fake_kazoo):
    accounts = fake_kazoo.store.data["accounts"]
    caller = caller_of(at=next(one for one in accounts if "braintree_customer" in accounts[one]["one"]))
    before = caller.get("~/ledgers/payments")
    caller.ok("PUT", "~/ledgers/credit", {"amount": 12.5})

    booking = caller.get("~/ledgers/payments")[0]
    assert len(before) + 1 == len(caller.get("~/ledgers/payments"))
    assert (booking["amount"], booking["source"]["service"]) == (12.5, "payments")
    assert caller.get(f"~/ledgers/payments/{booking['id']}") == booking
    assert caller("GET", "~/ledgers/none").status_code == 404
    assert set(caller.get("~/ledgers/summary/202606")) == {"payments", "per-minute-voip"}
    made = booking["period"]["start"]
    assert booking["id"] in [one["id"] for one in caller.get("~/transactions", created_from=made)]
    assert caller.get("~/transactions", created_from=made + 1) == []
    assert caller.get("~/transactions/subscriptions") == []
    assert caller.get("~/transactions/monthly_recurring") == []


def test_a_card_is_taken_away(caller_of, fake_kazoo):
    accounts = fake_kazoo.store.data["accounts"]
    caller = caller_of(at=next(one for one in accounts if "braintree_customer" in accounts[one]["one"]))
    card = caller.ok("POST", "~/braintree/customer", {"payment_method_nonce": "n"})["credit_cards"][0]["id"]

    assert caller.get(f"~/braintree/cards/{card}")["last_four"] == "1111"
    assert caller("DELETE", f"~/braintree/cards/{card}", {}).status_code == 200
    assert card not in [one["id"] for one in caller.get("~/braintree/customer")["credit_cards"]]
    assert caller("DELETE", f"~/braintree/cards/{card}", {}).status_code == 404
    assert caller.get("~/braintree/client_token")["client_token"]


def test_priced_items_come_as_a_table(master):
    path = "~/service_plans/current?depth=4&identifier=items&accept=csv"
    answer = master("GET", path, headers={"Accept": "application/json, text/javascript, */*; q=0.01"})

    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.text.startswith("category,item,quantity,rate\r\ndevices,sip_device,")


def test_several_plans_go_at_once(master):
    plan = master.get("~/service_plans/available")[0]["id"]
    master.ok("POST", f"~/service_plans/{plan}", {})

    assert plan in master.get("~/service_plans/current")["plans"]
    assert plan not in master.ok("DELETE", "~/service_plans", {"plans": [plan]})["plans"]
