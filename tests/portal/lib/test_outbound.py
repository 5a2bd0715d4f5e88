"""What the gate does on the wire: what counts as sent, how long it waits, what it refuses to read."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time

import pytest
from django.db import transaction

from portal.lib import outbound
from portal.lib.errors import (
    AnswerLost,
    GateRefused,
    TimedOutBeforeSending,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.outbound import CalledInTransaction, OutboundPolicy


def ask(server, method="GET", path="/", **kwargs):
    policy = kwargs.pop("policy", OutboundPolicy.parse(f"127.0.0.1:{server.port}"))
    return outbound.send(
        method, server.url + path, policy=policy, headers=kwargs.pop("headers", {}), **kwargs
    )


def test_an_answer_comes_whole_and_the_connection_is_kept(odd_server):
    odd_server.answers(b"hello", extra=b"X-Status-Reason: fine\r\n")

    first, second = ask(odd_server), ask(odd_server, "POST", body=b"a=1")

    assert (first.status, first.body, first.headers["x-status-reason"]) == (200, b"hello", "fine")
    assert second.status == 200
    assert odd_server.connections == 1
    assert b"Accept-Encoding: gzip\r\n" in odd_server.received[0]


def test_a_connection_that_was_idle_for_long_is_not_trusted(odd_server, monkeypatch):
    odd_server.answers(b"hello")
    monkeypatch.setattr(outbound, "KEPT_IDLE_S", 0.1)
    ask(odd_server)
    ask(odd_server)
    assert odd_server.connections == 1
    time.sleep(0.15)
    assert ask(odd_server, "POST", body=b"a=1").status == 200

    assert odd_server.connections == 2


def test_each_thread_has_connections_of_its_own(odd_server):
    odd_server.answers(b"hello")
    threads = [threading.Thread(target=ask, args=(odd_server,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert odd_server.connections == 3


def test_nothing_listed_means_no_loopback(odd_server):
    with pytest.raises(GateRefused) as refused:
        ask(odd_server, policy=OutboundPolicy())

    assert odd_server.connections == 0
    assert str(odd_server.port) not in refused.value.message


def test_a_kept_connection_of_another_policy_is_not_used(odd_server):
    odd_server.answers(b"hello")
    ask(odd_server)

    with pytest.raises(GateRefused):
        ask(odd_server, policy=OutboundPolicy())


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "http:///x", "https://me:secret@a.example/", "https://a.example:0/",
     "https://a.example:99999/", "https://a.example/a b", "https://a.example\\@b.example/"],
)  # fmt: skip
def test_an_address_of_an_odd_form_is_refused(url):
    with pytest.raises(GateRefused):
        outbound.send("GET", url, policy=OutboundPolicy(), headers={})


def test_of_a_mixed_answer_of_the_resolver_only_the_admitted_address_is_connected_to(odd_server, monkeypatch):
    odd_server.answers(b"hello")

    def resolver(host, port, **kwargs):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.255.255.1", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    policy = OutboundPolicy.parse(f"127.0.0.0/8:{odd_server.port}")

    answer = outbound.send("GET", f"http://mixed.example:{odd_server.port}/", policy=policy, headers={})

    assert answer.body == b"hello"


def test_the_judged_address_is_the_one_connected_to(odd_server, monkeypatch):
    """A resolver that changes its mind after it was judged (rebinding) is not asked again."""
    asked = []

    def resolver(host, port, **kwargs):
        asked.append(host)
        address = "1.1.1.1" if len(asked) > 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    odd_server.answers(b"hello")
    policy = OutboundPolicy.parse(f"rebound.example:{odd_server.port}")
    for _ in range(3):
        outbound.send("GET", f"http://rebound.example:{odd_server.port}/", policy=policy, headers={})

    assert asked == ["rebound.example"]


def test_a_resolver_that_hangs_ends_at_the_deadline(monkeypatch):
    hangs = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: hangs.wait(20))
    for connect_timeout_s, deadline_s in ((0.2, 30.0), (5.0, 0.2)):
        with pytest.raises(TimedOutBeforeSending):
            outbound.send(
                "GET",
                "https://slow.example/",
                policy=OutboundPolicy(),
                headers={},
                connect_timeout_s=connect_timeout_s,
                deadline_s=deadline_s,
            )
    hangs.set()


def test_a_name_that_does_not_resolve_is_unavailable(monkeypatch):
    def resolver(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(Unavailable):
        outbound.send("GET", "https://nowhere.example/", policy=OutboundPolicy(), headers={})


def test_no_log_holds_an_address(odd_server, caplog):
    caplog.set_level(logging.DEBUG)
    odd_server.answers(b"hello")
    ask(odd_server, path="/canary-path?api_key=canary-key")

    assert "canary" not in caplog.text


def test_a_redirect_is_an_answer_and_is_not_followed(odd_server):
    odd_server.answers(b"", head=b"HTTP/1.1 302 Found", extra=b"Location: http://127.0.0.1:1/\r\n")

    assert ask(odd_server).status == 302
    assert len(odd_server.received) == 1


def test_the_environment_names_no_proxy(odd_server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    odd_server.answers(b"hello")

    assert ask(odd_server).body == b"hello"


def test_a_closed_port_is_unavailable(odd_server):
    odd_server.close()
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    with pytest.raises(Unavailable):
        outbound.send(
            "POST", f"http://127.0.0.1:{port}/", policy=OutboundPolicy.parse(f"127.0.0.1:{port}"), headers={}
        )


def test_an_unknown_host_is_unavailable(monkeypatch):
    def resolver(host, port, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(Unavailable):
        outbound.send("GET", "https://no.example/", policy=OutboundPolicy(), headers={})


def test_no_time_left_means_nothing_is_sent(odd_server):
    with pytest.raises(TimedOutBeforeSending):
        ask(odd_server, deadline_s=0)
    assert odd_server.connections == 0


def test_a_connection_closed_after_the_request_loses_the_answer(odd_server):
    odd_server.script = lambda connection: odd_server.request(connection)
    with pytest.raises(AnswerLost):
        ask(odd_server, "POST", body=b"x=1")


def test_an_answer_cut_in_the_middle_is_lost(odd_server):
    def script(connection):
        odd_server.request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")

    odd_server.script = script
    with pytest.raises(AnswerLost):
        ask(odd_server, "POST", body=b"x=1")


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_the_deadline_holds_however_slowly_bytes_drip(odd_server, head):
    drips, dripped = b"HTTP/1.1 200 OK" + b"x" * 200, []

    def script(connection):
        odd_server.request(connection)
        connection.sendall(head)
        for byte in drips:
            connection.sendall(bytes([byte]))
            dripped.append(byte)
            time.sleep(0.05)

    odd_server.script = script
    with pytest.raises(AnswerLost):
        ask(odd_server, deadline_s=0.4)
    assert len(dripped) < len(drips), "it listened to the last byte"


def test_a_large_answer_is_not_read_to_its_end(odd_server):
    odd_server.answers(b"x" * 300_000)
    with pytest.raises(UnexpectedAnswer):
        ask(odd_server, max_bytes=100_000)


def test_the_limit_counts_what_comes_out_of_compression(odd_server):
    odd_server.answers(gzip.compress(b"0" * 5_000_000), extra=b"Content-Encoding: gzip\r\n")

    assert len(ask(odd_server).body) == 5_000_000
    with pytest.raises(UnexpectedAnswer):
        ask(odd_server, max_bytes=1_000_000)


@pytest.mark.django_db
def test_a_transaction_forbids_calls_but_the_one_around_a_test_does_not_count(odd_server):
    odd_server.answers(b"hello")

    assert ask(odd_server).status == 200
    with transaction.atomic():
        with pytest.raises(CalledInTransaction):
            ask(odd_server)
        with outbound.inside_transaction("the token refresh holds its row's lock"):
            assert ask(odd_server).status == 200
    assert ask(odd_server).status == 200


@pytest.mark.django_db(transaction=True)
def test_a_real_transaction_forbids_calls(odd_server):
    odd_server.answers(b"hello")

    with transaction.atomic(), pytest.raises(CalledInTransaction):
        ask(odd_server)
    assert ask(odd_server).status == 200
