"""`manage.py connect` and `manage.py call` over loopback: JSON on stdout, errors on stderr, writes leave a change."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, ProviderApplication, RequestLog

LINE = "33199001001"


def run(*words, **options):
    """The command's output and what it said beside it."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def call(*words):
    return json.loads(run("call", "alder-keyyo", *words)[0])


def changes(connection):
    with tenant_scope(connection.tenant_id):
        return list(Change.objects.order_by("pk"))


def lines_of(sandbox):
    services = sandbox.state("keyyo")["accounts"]["corvane"]["services"]
    return [csi for csi, service in sorted(services.items()) if service["type"] == "UCaaSVoIPAccount"]


def keyyo_words(sandbox):
    base = f"{sandbox.url}/keyyo"
    return [
        f"manager_base={base}/manager/1.0",
        f"authorize_url={base}/oauth2/authorize.php",
        f"token_url={base}/oauth2/token.php",
        f"cti_base={base}",
        "client_id=5f1c0a7be2d94",
        "client_secret=keyyo-demo-secret",
    ]


def test_connect_with_tokens_prints_the_slug(tenant, alice, sandbox):
    tokens = sandbox.provider("keyyo").grant({"login": "corvane", "scopes": ["full_access"]})
    out, _err = run(
        "connect",
        "alder",
        "keyyo",
        *keyyo_words(sandbox),
        f"access_token={tokens['access_token']}",
        f"refresh_token={tokens['refresh_token']}",
    )

    assert out.strip() == "alder-keyyo"
    assert len(call("services.list")["_embedded"]) == 8


def test_connect_renews_a_token_that_has_ended(tenant, alice, sandbox):
    tokens = sandbox.provider("keyyo").grant({"login": "corvane", "scopes": ["full_access"]})
    words = [*keyyo_words(sandbox), "access_token=ended", f"refresh_token={tokens['refresh_token']}"]

    assert run("connect", "alder", "keyyo", *words)[0].strip() == "alder-keyyo"


def test_connect_without_tokens_prints_the_address(tenant, alice, sandbox):
    out, err = run("connect", "alder", "keyyo", *keyyo_words(sandbox))

    assert out.startswith(f"{sandbox.url}/keyyo/oauth2/authorize.php?")
    assert "Alice" in err


def test_connect_twice_keeps_one_application(tenant, alice, sandbox):
    run("connect", "alder", "keyyo", *keyyo_words(sandbox))
    run("connect", "alder", "keyyo", *keyyo_words(sandbox))

    assert ProviderApplication.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nobody", "keyyo"], "no tenant"),
        (["alder", "keyyo", "colour=red"], "colour"),
        (["alder", "keyyo", "client_id=x"], "client_secret"),
        (["alder", "keyyo", "nonsense"], "not name=value"),
    ],
)
def test_connect_says_what_is_wrong(tenant, alice, sandbox, words, reason):
    with pytest.raises(CommandError, match=reason):
        run("connect", *words)


def test_a_read_prints_the_answer(connection, sandbox):
    csi = lines_of(sandbox)[0]

    assert call("services.read", f"csi={csi}")["csi"] == csi


def test_filters_and_headers_travel(connection, sandbox):
    found = call("services.list", "--filter", "type=ACDService", "--header", "X-Trace=abc")

    assert set(found["_embedded"]) == {"ACDService"}
    assert sandbox.last_request.header("X-Trace") == "abc"


def test_the_answer_goes_into_a_file(connection, sandbox, tmp_path):
    path = tmp_path / "services.json"
    out, _err = run("call", "alder-keyyo", "services.list", "--output", str(path))

    assert out == ""
    assert json.loads(path.read_text())["_embedded"]


def test_a_write_leaves_a_change(connection, sandbox):
    csi = lines_of(sandbox)[0]
    answer = call("services.update", f"csi={csi}", "name=Accueil du soir")

    assert answer["name"] == "Accueil du soir"
    assert call("services.read", f"csi={csi}")["name"] == "Accueil du soir"
    (change,) = changes(connection)
    assert (change.operation, change.state, change.person_label) == (
        "services.update",
        "applied",
        "manage.py call",
    )


def test_headers_and_the_time_limit_hold_for_writes_too(connection, sandbox):
    csi = lines_of(sandbox)[0]
    words = ("services.update", f"csi={csi}", "name=Front desk")
    call(*words, "--header", "X-Trace=canary-41", "--accept-charges")
    sent = [one for one in sandbox.requests if one.operation == "services.update"]
    assert [one.header("X-Trace") for one in sent] == ["canary-41"]
    with tenant_scope(connection.tenant_id):
        change = Change.objects.latest("pk")
    assert change.accepts_charges
    assert "canary-41" not in str(change.sent)  # it may have been a secret

    sandbox.faults.add("keyyo", "services.update", delay_s=3, times=1)
    with pytest.raises(CommandError):
        call(*words[:2], "name=Back desk", "--timeout", "1")
    with tenant_scope(connection.tenant_id):
        change = Change.objects.latest("pk")
    assert change.state == "sending"  # its answer was lost, and the worker follows
    assert change.due_at - change.sent_at < timedelta(seconds=8)


def test_a_filter_that_the_operation_does_not_know_is_refused_before_anything_is_sent(connection, sandbox):
    csi = lines_of(sandbox)[0]
    with pytest.raises(CommandError, match="filters"):
        call("services.update", f"csi={csi}", "name=Front desk", "--filter", "type=ACDService")
    assert not [one for one in sandbox.requests if one.operation == "services.update"]


def test_a_write_that_changes_nothing_is_sent_all_the_same(connection, sandbox):
    csi = lines_of(sandbox)[0]
    call("services.update", f"csi={csi}", "name=Same")
    call("services.update", f"csi={csi}", "name=Same")

    assert [change.state for change in changes(connection)] == ["applied", "applied"]


def test_lists_are_given_by_repeating_the_name(connection, sandbox):
    csi = lines_of(sandbox)[0]
    call("services.blacklist.replace", f"csi={csi}", "numbers=33261910001", "numbers=anonymous")

    kept = call("services.blacklist.list", f"csi={csi}")
    assert "33261910001" in json.dumps(kept)


def test_what_cannot_be_undone_wants_a_yes(connection, sandbox):
    csi = lines_of(sandbox)[0]
    sandbox.requests.clear()
    with pytest.raises(CommandError, match="--yes"):
        call("services.reset_password.create", f"csi={csi}")

    assert not [request for request in sandbox.requests if request.method == "POST"]
    assert changes(connection) == []


def test_with_a_yes_it_is_sent_once(connection, sandbox):
    csi = lines_of(sandbox)[0]
    sandbox.requests.clear()
    call("services.reset_password.create", f"csi={csi}", "--yes")

    assert len([request for request in sandbox.requests if request.method == "POST"]) == 1
    assert [change.state for change in changes(connection)] == ["applied"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["services.read", "csi=33100000000"], "(?i)no such|not have|unknown"),
        (["services.nonsense"], "no operation"),
        (["services.read"], "csi: A value is needed"),
        (["services.read", "csi=1", "csi=2"], "given twice"),
        (["services.update", "csi=1", "--data", "[1]"], "JSON object"),
    ],
)
def test_errors_are_said(connection, words, reason):
    with pytest.raises(CommandError, match=reason):
        run("call", "alder-keyyo", *words)


def test_a_refused_write_is_an_error_and_a_change(connection, sandbox):
    csi = lines_of(sandbox)[0]
    sandbox.faults.add("keyyo", "services.update", times=1, status=403)
    with pytest.raises(CommandError):
        call("services.update", f"csi={csi}", "name=Refused")

    assert [change.state for change in changes(connection)] == ["refused"]


def test_no_secret_reaches_log_request_log_or_change(connection, sandbox, caplog):
    """The tokens of this connection are nowhere but sealed."""
    from telephony.services import access

    with tenant_scope(connection.tenant_id):
        secrets = access.read_secrets(Connection.objects.select_related("credential").get().credential)
    csi = lines_of(sandbox)[0]
    with caplog.at_level("DEBUG"):
        call("services.update", f"csi={csi}", "name=Quiet")
        call("services.csi_token.create", f"csi={csi}", "--yes")
    with tenant_scope(connection.tenant_id):
        rows = [str(vars(row)) for model in (RequestLog, Change) for row in model.objects.all()]
    everything = "\n".join([*rows, caplog.text])

    assert rows
    assert not [token for token in secrets.values() if token in everything]


def test_numbers_and_switches_of_a_command_line_are_such(connection, sandbox):
    address = (f"csi={lines_of(sandbox)[0]}", "profile_identifier=default")
    call("services.profiles.update", *address, "forward_delay=44", "forward_to_voicemail=yes")

    (change,) = changes(connection)
    assert change.state == "applied"
    assert change.wanted == {"forward_delay": 44, "forward_to_voicemail": True}
