"""Resources, jobs, templates, connectivity, brands, webhooks, notices, queues."""

from __future__ import annotations

import base64

import pytest

GATEWAY = {"name": "Carrier", "gateways": [{"server": "sip.carrier.example"}]}


def test_gateways_get_their_defaults(master):
    made = master.ok("PUT", "/resources", GATEWAY)

    assert made["gateways"][0]["port"] == 5060
    assert made["weight_cost"] == 50


@pytest.mark.parametrize("path", ["/resources", "/globalResources"])
def test_a_global_resource_is_deleted_by_either_name(master, path):
    made = master.ok("PUT", "/resources", GATEWAY)

    assert master("DELETE", f"{path}/{made['id']}", {}).status_code == 200
    assert master("GET", f"/resources/{made['id']}").status_code == 404


@pytest.mark.parametrize("root", ["", "~"])
def test_many_resources_at_once(master, root):
    made = master.ok("PUT", f"{root}/resources", GATEWAY)
    wish = [
        {**GATEWAY, "id": made["id"], "name": "Better"},
        {**GATEWAY, "id": "none"},
        {"id": made["id"], "name": ""},
    ]
    answer = master.ok("POST", f"{root}/resources/collection", wish)

    assert answer["success"][made["id"]]["name"] == "Better"
    assert answer["errors"]["none"]["error"] == "404"
    assert master("POST", f"{root}/resources/collection", {}).status_code == 400
    added = master("PUT", f"{root}/resources/collection", [GATEWAY, {"name": "No gateways"}])
    assert added.status_code == 201
    assert (len(added.json()["data"]["success"]), list(added.json()["data"]["errors"])) == (
        1,
        ["No gateways"],
    )


def test_a_job_goes_on_with_the_clock(sandbox, master):
    carrier = master.ok("PUT", "~/resources", GATEWAY)["id"]
    numbers = ["+33199005501", "+33199005502", "nonsense"]
    answer = master("PUT", "~/resources/jobs", {"name": "Import", "resource_id": carrier, "numbers": numbers})
    job = answer.json()["data"]
    assert (answer.status_code, job["status"], job["id"][:7]) == (201, "pending", "202606-")
    states = []
    for _ in range(5):
        sandbox.clock.advance(2)
        states.append(master.get(f"~/resources/jobs/{job['id']}")["status"])
    assert states == ["running", "running", "running", "complete", "complete"]
    done = master.get(f"~/resources/jobs/{job['id']}")
    assert (set(done["success"]), set(done["errors"])) == ({"+33199005501", "+33199005502"}, {"nonsense"})
    row = next(row for row in master.every("~/resources/jobs") if row["id"] == job["id"])
    assert (row["successes"], row["failures"], row["resource_id"]) == (2, 1, carrier)
    assert "+33199005501" in master.get("~/phone_numbers", paginate="false")["numbers"]


def test_jobs_that_cannot_be(master):
    assert set(master("PUT", "~/resources/jobs", {}).json()["data"]) == {"numbers", "resource_id"}
    answer = master("PUT", "~/resources/jobs", {"resource_id": "none", "numbers": ["+33199005501"]})
    assert list(answer.json()["data"]["resource_id"]) == ["not_found"]


def test_connectivity_is_listed_as_ids(master):
    server = {"name": "PBX", "auth": {"auth_method": "password"}, "options": {}, "DIDs": {"+33199005501": {}}}
    wish = {"account": {"auth_realm": "a.example"}, "servers": [server], "billing_account_id": "x"}
    made = master.ok("PUT", "~/connectivity", wish)

    assert made["id"] in master.every("~/connectivity")
    assert made["servers"][0]["options"]["inbound_format"] == "npan"
    assert master("PUT", "~/connectivity", {"servers": [{"auth": {"auth_method": "x"}}]}).status_code == 400
    assert master("DELETE", f"~/connectivity/{made['id']}", {}).status_code == 200


# ---- brands ----


@pytest.fixture
def brand(caller_of):
    caller = caller_of("Garage Pontavre")
    caller.ok(
        "PUT", "~/whitelabel", {"domain": "portal.pontavre.example", "company_name": "Pontavre <Phone>"}
    )
    return caller


def test_a_brand_is_read_without_a_token(brand, anybody):
    assert anybody.get("/whitelabel/portal.pontavre.example")["company_name"] == "Pontavre <Phone>"
    assert anybody("GET", "/whitelabel/nobody.example").status_code == 404
    stale = anybody("GET", "/whitelabel/portal.pontavre.example", headers={"X-Auth-Token": "undefined"})
    assert stale.status_code == 200
    logo = anybody("GET", "/whitelabel/portal.pontavre.example/logo")
    assert (logo.headers["Content-Type"], logo.content[:4]) == ("image/png", b"\x89PNG")
    assert "Pontavre &lt;Phone>" in anybody("GET", "/whitelabel/portal.pontavre.example/welcome").text


def test_a_brand_is_changed_by_its_account(brand, anybody, master):
    picture = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
    body = b"data:image/gif;base64," + base64.b64encode(picture)
    assert (
        brand(
            "POST", "~/whitelabel/logo", raw=body, headers={"Content-Type": "application/x-base64"}
        ).status_code
        == 200
    )
    assert anybody("GET", "/whitelabel/portal.pontavre.example/logo").content == picture
    assert (
        brand("POST", "~/whitelabel/icon", raw=picture, headers={"Content-Type": "image/gif"}).status_code
        == 200
    )
    assert (
        brand("POST", "~/whitelabel/icon", raw=b"x", headers={"Content-Type": "text/plain"}).status_code
        == 415
    )
    assert brand.ok("POST", "~/whitelabel", {"domain": "new.example"}) == {
        **brand.get("~/whitelabel"), "domain": "new.example",
    }  # fmt: skip
    assert brand("PUT", "~/whitelabel", {}).status_code == 409
    assert brand("DELETE", "~/whitelabel", {}).status_code == 200
    assert brand("GET", "~/whitelabel").status_code == 404


@pytest.mark.parametrize("path", ["~/whitelabel/domains", "/whitelabel/domains"])
def test_the_names_of_a_brand_are_checked(sandbox, brand, path):
    wanted = brand.get(path)
    assert set(wanted) == {"A", "CNAM", "MX", "NAPTR", "SRV", "TXT"}
    query = {"params": {"domain": "portal.pontavre.example"}}
    wrong = brand.ok("POST", path, {}, **query)["A"]["portal.portal.pontavre.example"]
    assert (wrong["expected"], wrong["actual"]) == (["192.0.2.20"], [])
    sandbox.state("kazoo")["dns"] = ["portal.pontavre.example"]
    right = brand.ok("POST", path, {}, **query)["A"]["portal.portal.pontavre.example"]
    assert right["actual"] == right["expected"]


# ---- webhooks ----


def test_webhooks(master, fake_kazoo):
    kinds = {row["id"].removeprefix("webhooks_") for row in master.get("/webhooks")}
    assert {"channel_create", "channel_answer", "channel_destroy", "object", "notifications", "all"} <= kinds
    wish = {"name": "x", "hook": "object", "uri": "https://hooks.example/x"}
    made = master.ok("PUT", "~/webhooks", wish)
    assert (made["http_verb"], made["retries"]) == ("post", 2)
    assert list(master("PUT", "~/webhooks", {**wish, "hook": "rain"}).json()["data"]) == ["hook"]
    entry = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["webhooks"][made["id"]]
    entry["doc"]["enabled"], entry["pvt"]["disable_reason"] = False, "failed too often"
    assert master.get(f"~/webhooks/{made['id']}")["disable_reason"] == "failed too often"
    assert {one["result"] for one in master.get(f"~/webhooks/{made['id']}/attempts")} == {"failure"}
    revived = master.ok("PATCH", f"~/webhooks/{made['id']}", {"re-enable": True})
    assert (revived["enabled"], "disable_reason" in revived) == (True, False)


# ---- notices ----


def test_a_notice_is_read_as_document_and_as_text(master):
    path = "~/notifications/password_recovery"
    assert master.get(path)["enabled"] is True
    html = {"Content-Type": "text/html"}
    assert master("POST", path, raw=b"<p>hello</p>", headers=html).status_code == 200
    assert master("GET", path, headers={"Accept": "text/html"}).text == "<p>hello</p>"
    assert master("GET", path, headers={"Accept": "text/plain"}).headers["Content-Type"] == "text/plain"
    assert master.get(path)["account_overridden"] is True
    assert master("DELETE", path, {}).status_code == 200
    assert master.get(path)["account_overridden"] is False
    assert master("GET", "~/notifications/nothing").status_code == 404


def test_conference_notices_of_the_sdk(master):
    html = {"Content-Type": "text/html"}
    assert master("POST", "~/notify/conference_invite", raw=b"<p>x</p>", headers=html).status_code == 404
    assert master("PUT", "~/notify/conference_invite", raw=b"<p>x</p>", headers=html).status_code == 201
    assert master("POST", "~/notify/conference_invite", raw=b"<p>y</p>", headers=html).status_code == 200
    assert master("GET", "~/notify/conference_invite/html").text == "<p>y</p>"
    assert master("GET", "~/notify/conference_invite/odd").status_code == 404


# ---- queues ----


def test_agents_and_rosters(sandbox, master, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][master.account_id]["docs"]
    queue = master.ok("PUT", "~/queues", {"name": "Support"})["id"]
    first, second = list(docs["users"])[:2]
    assert master.ok("POST", f"~/queues/{queue}/roster", [first, second]) == [first, second]
    assert set(master.get(f"~/queues/{queue}")["agents"]) == {first, second}
    assert {first, second} <= {row["id"] for row in master.get("~/agents")}
    assert queue not in master.ok(
        "POST", f"~/agents/{first}/queue_status", {"action": "logout", "queue_id": queue}
    )
    assert master.get(f"~/queues/{queue}/roster") == [second]

    assert master.ok("POST", f"~/agents/{second}/status", {"status": "pause", "timeout": 60}) == "paused"
    sandbox.clock.advance(60)
    assert master.get(f"~/agents/{second}/status") == "ready"
    assert master.ok("POST", f"~/agents/{second}/status", {"status": "logout"}) == "logged_out"
    assert master.get("~/agents/status")[second]["status"] == "logged_out"
    assert master("POST", f"~/agents/{second}/status", {"status": "sleep"}).status_code == 400
    master.ok("DELETE", f"~/queues/{queue}", {})
    assert queue not in docs["users"][second]["doc"]["queues"]


def test_without_the_call_centre(sandbox, master):
    sandbox.state("kazoo")["settings"]["acdc"] = False

    assert master("GET", "~/agents").status_code == 404
    assert master("PUT", "~/queues", {"name": "x"}).status_code == 404
