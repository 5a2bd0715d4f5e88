"""The commands on companies over bare HTTP: the facts, line by line."""

from __future__ import annotations

from collections import Counter

import pytest

from telephony.providers.keevio.settings import SETTINGS

HERE = {"company": "brackenfold"}


def test_25_companies_live_in_6_containers_and_use_every_setting(system):
    companies = system.do("read")["values"]
    containers = Counter(list(system.do("readContainer", {"company": one})["values"])[0] for one in companies)

    assert len(companies) == 25 and sum(containers.values()) == 25 and len(containers) == 6
    assert companies["labs"]["data"] == {}  # fresh: everything is inherited
    used = {
        name: {str(row["data"].get(name)) for row in companies.values()}
        for name in companies["default"]["data"]
    }
    assert set(used) == {one.name for one in SETTINGS}
    assert {"15", "87", "271"} <= used["record"]
    assert {"-1", "0", "1"} <= used["vm_callback"] and {"None", "False", "True"} <= used["nopickup"]
    assert all(len(values) > 2 for values in used.values())
    assert all(
        one.accept(row["data"][one.name]) == row["data"][one.name]
        for row in companies.values()
        for one in SETTINGS
        if one.name in row["data"]
    )


def test_the_id_is_a_number_and_the_key_a_text(system):
    row = system.do("read", HERE)["values"]["brackenfold"]
    assert set(row) == {"id", "name", "data"} and row["id"].isdecimal()


def test_a_scoped_answer_may_hold_more_and_the_wanted_one_is_not_the_first(system, sandbox, brackenfold):
    assert list(system.do("read", HERE)["values"]) == ["pellgrove", "arkwell_yard", "brackenfold"]
    assert list(brackenfold.do("read", HERE)["values"]) == ["brackenfold"]
    sandbox.state("keevio")["settings"]["extra_companies"] = False
    assert list(system.do("read", HERE)["values"]) == ["brackenfold"]


@pytest.mark.parametrize("verb", ["create", "delete", "readContainer", "group", "ungroup"])
def test_commands_of_the_system_admin_are_denied_to_others(brackenfold, verb):
    values = {"company": "pellgrove", "name": "X"}
    assert brackenfold.fails(verb, HERE, values) == "Permission denied"


def test_a_company_administrator_names_its_own_company_or_nothing_is_told(brackenfold, caller_of):
    for verb in ("read", "update"):
        for scope in (None, {}, {"company": "pellgrove"}, {"company": "no_such"}, {"company": 5}):
            assert brackenfold.fails(verb, scope, {}) == "Permission denied"
    for verb in ("read", "update"):
        assert caller_of("reception").fails(verb, HERE, {}) == "Permission denied"


def test_feature_switches_of_a_company_administrator_are_ignored_without_a_word(brackenfold, system):
    before = system.data("brackenfold")
    wish = {"nobarge": False, "hs_webrtc": "disable", "noext": "h", "q_ringtime": "25"}

    assert brackenfold.do("update", HERE, wish)["result"] == "success"
    assert system.data("brackenfold") == {**before, "q_ringtime": "25"}
    system.do("update", HERE, wish)
    assert system.data("brackenfold") == {**before, **wish}


def test_the_answer_to_an_update_lacks_six_settings_which_is_no_reset(system):
    answer = system.do("update", HERE, {"record": 87, "nopickup": True, "fid": "1"})

    missing = {"record", "nocallrec", "nokeevio", "noext", "nopickup", "nobarge"}
    assert not missing & set(answer["values"]["brackenfold"]["data"])
    assert answer["values"]["brackenfold"]["data"]["fid"] == "1"
    assert (system.data("brackenfold")["record"], system.data("brackenfold")["nopickup"]) == (87, True)


def test_numbers_and_texts_become_one_another_and_unknown_values_are_ignored(system):
    system.do(
        "update",
        {"company": "labs"},
        {"q_ringtime": 20, "record": "7", "vm_callback": "-1", "noext": "xhx", "colour": "red", "fid": None},
    )
    assert system.data("labs") == {
        "q_ringtime": "20",
        "record": 7,
        "vm_callback": -1,
        "noext": "hx",
        "fid": "",
    }


def test_a_refused_update_changes_nothing(system):
    before = system.data("brackenfold")
    assert system.fails("update", HERE, {"fid": "1", "q_ringtime": "31"}) == "Invalid value: q_ringtime"
    assert system.fails("update", HERE, {"fid": "1", "name": "é"}) == "Invalid value: name"
    assert system.data("brackenfold") == before


def test_a_description_is_taken_and_never_shown(system, sandbox):
    answer = system.do("update", HERE, {"description": "Reçu & signé"})
    assert "description" not in str(answer) and "description" not in str(system.do("read", HERE))
    assert sandbox.state("keevio")["companies"]["brackenfold"]["description"] == "Reçu & signé"
    assert system.fails("update", HERE, {"description": "x" * 241}) == "Invalid value: description"


def test_a_company_is_created_with_a_container_of_its_own(system):
    answer = system.do("create", values={"company": "fern_1", "name": "Fern; Sons", "description": "new"})

    assert answer["values"]["fern_1"] == {**answer["values"]["fern_1"], "name": "Fern; Sons", "data": {}}
    container = system.do("readContainer", {"company": "fern_1"})["values"]
    assert list(container["fern_1"]["members"]) == ["fern_1"] and container["fern_1"]["data"] == {}
    assert system.fails("create", values={"company": "fern_1", "name": "Again"}) == "Already exists"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "A"}, "company"),
        ({"company": "a"}, "name"),
        ({"company": "a-b", "name": "A"}, "company"),
        ({"company": "a" * 33, "name": "A"}, "company"),
        ({"company": "a\n", "name": "A"}, "company"),
        ({"company": "", "name": "A"}, "company"),
        ({"company": 5, "name": "A"}, "company"),
        ({"company": "a", "name": "A\n"}, "name"),
        ({"company": "a", "name": "O'Hara"}, "name"),
        ({"company": "a", "name": "A & B"}, "name"),
        ({"company": "a", "name": "x" * 241}, "name"),
    ],
)
def test_names_are_judged_whole(system, values, field):
    assert system.fails("create", values=values) == f"Invalid value: {field}"


def test_deleting_spares_the_default_and_who_has_extensions(system):
    assert "default" in system.fails("delete", {"company": "default"})
    assert "extensions" in system.fails("delete", HERE)
    assert system.fails("delete", {"company": "no_such"}) == "Not found"
    assert system.fails("delete") == "Invalid value: company"

    assert system.do("delete", {"company": "velmont"}) == {"result": "success"}
    assert system.fails("read", {"company": "velmont"}) == "Not found"
    assert "velmont" not in system.do("readContainer", {"container": "ostrey"})["values"]["ostrey"]["members"]


def test_a_container_is_read_by_company_by_its_own_name_or_both(system):
    by_company = system.do("readContainer", {"company": "pellgrove"})
    assert by_company == system.do("readContainer", {"container": "brackenfold"})
    assert by_company == system.do("readContainer", {"container": "brackenfold", "company": "arkwell_yard"})
    members = by_company["values"]["brackenfold"]["members"]
    assert list(members) == ["brackenfold", "pellgrove", "arkwell_yard"]
    assert set(members["pellgrove"]) == {"id", "name", "data"}
    assert system.fails("readContainer", {"container": "brackenfold", "company": "labs"}) == "Not found"
    assert system.fails("readContainer", {"container": "pellgrove"}) == "Not found"
    assert system.fails("readContainer") == "Invalid value: company"


def members(system, company):
    ((key, row),) = system.do("readContainer", {"company": company})["values"].items()
    return key, list(row["members"])


def test_a_company_moves_into_the_container_of_another(system):
    answer = system.do("group", {"company": "pellgrove"}, {"company": "labs"})

    assert answer == {"result": "success", "message": "grouped okay", "containermoves": 0}
    assert members(system, "pellgrove") == ("default", ["default", "training", "labs", "pellgrove"])
    assert members(system, "brackenfold") == ("brackenfold", ["brackenfold", "arkwell_yard"])


def test_who_owns_a_container_takes_the_others_along(system):
    answer = system.do("group", HERE, {"company": "caddow"})

    assert answer["containermoves"] == 2
    assert members(system, "arkwell_yard")[0] == "ostrey"
    assert system.fails("readContainer", {"container": "brackenfold"}) == "Not found"


def test_a_company_gets_a_container_of_its_own_again(system):
    assert system.do("ungroup", {"company": "pellgrove"}) == {
        "result": "success", "message": "un-grouped okay", "containermoves": 0
    }  # fmt: skip
    assert members(system, "pellgrove") == ("pellgrove", ["pellgrove"])

    assert system.do("ungroup", HERE)["containermoves"] == 1
    assert members(system, "brackenfold") == ("brackenfold", ["brackenfold"])
    assert members(system, "arkwell_yard") == ("arkwell_yard", ["arkwell_yard"])


def test_a_move_to_where_one_is_succeeds_and_moves_nobody(system):
    for scope, values in ((HERE, HERE), (HERE, {"company": "pellgrove"})):
        assert system.do("group", scope, values)["containermoves"] == 0
    system.do("ungroup", {"company": "labs"})
    assert system.do("ungroup", {"company": "labs"})["containermoves"] == 0
    assert system.fails("group", HERE, {"company": "no_such"}) == "Not found"
    assert system.fails("group", HERE) == "Invalid value: company"


@pytest.mark.parametrize("path", ["/ops/read/", "/ops/read", "/ops/read/company", "/ops/read/company/"])
def test_paths_with_and_without_slash_and_with_the_type(system, path):
    body = {"scope": HERE} if "company" in path else {"type": "company", "scope": HERE}
    answer = system.post(path, body, allow_redirects=False)
    assert (answer.status_code, answer.json()["result"]) == (200, "success")


def test_an_unreadable_or_missing_body_is_an_empty_one(system):
    for sent in ({"data": b"{"}, {"data": b""}, {"data": b"[1]"}, {"data": b"\xff"}, {}):
        answer = system.post("/ops/read/company", headers={"Content-Type": "application/json"}, **sent)
        assert len(answer.json()["values"]) == 25
    assert system.post("/ops/read/", {}).json()["message"] == "Invalid value: type"


def test_any_content_type_carries_json_but_forms_do_not(system):
    body = b'{"type": "company", "scope": {"company": "labs"}}'
    for kind in ("text/plain", "application/octet-stream", ""):
        answer = system.post("/ops/read/", data=body, headers={"Content-Type": kind})
        assert "labs" in answer.json()["values"], kind
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert system.post("/ops/read/", data=body, headers=form).json()["message"] == "Invalid value: type"


def test_other_keys_of_a_body_change_nothing(system):
    answer = system.ask("read", HERE, columns=["name"], order=["name"])
    assert answer["values"]["brackenfold"]["data"]


def test_only_post_is_answered_and_unknown_paths_are_told_so(system, sandbox):
    base = f"{sandbox.url}/keevio/rest"
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = system.session.request(method, f"{base}/ops/read/", timeout=5)
        assert (answer.status_code, answer.json()["result"]) == (405, "fail")
    for path in ("/ops/", "/ops/paint/", "/call/read", "/auth/other", "/ops/read/company/more"):
        assert system.post(path, {"type": "company"}).json()["result"] == "fail"


def test_faults_come_in_its_own_form(system, sandbox):
    sandbox.faults.add(
        "keevio", "company.read", status=200, reason="Locked", body='{"result": "retry", "message": "x"}'
    )
    assert system.ask("read", HERE)["result"] == "retry"
    sandbox.faults.add("keevio", "company.read", status=503, reason="Down")
    answer = system.post("/ops/read/", {"type": "company"})
    assert (answer.status_code, answer.json()) == (503, {"result": "fail", "message": "Down"})


def test_somebody_else_can_edit_meanwhile(system, sandbox):
    wish = {"provider": "keevio", "scenario": "somebody_edits", **HERE, "values": {"q_ringtime": "11"}}
    control = f"{sandbox.url}/_control/play"
    assert (
        system.session.post(control, json=wish).json()["values"]["brackenfold"]["data"]["q_ringtime"] == "11"
    )
    assert system.data("brackenfold")["q_ringtime"] == "11"
    for bad in ({**wish, "company": "no_such"}, {**wish, "scenario": "other"}, {**wish, "values": 5}):
        assert system.session.post(control, json=bad).status_code == 400
