"""The socket: keep-alive, faults of every kind, quotas, and the record of what was asked."""

from __future__ import annotations

import http.client
import socket
import threading
import time

import pytest
import requests

from telephony.providers.sandbox import SandboxServer


def get(server, path="/echo/hello", **kwargs):
    return requests.get(server.url + path, timeout=5, **kwargs)


def test_one_connection_serves_many_requests(echo):
    connection = http.client.HTTPConnection("127.0.0.1", echo.port, timeout=5)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/echo/hello")
        answer = connection.getresponse()
        answer.read()
        sockets.add(connection.sock.getsockname())
    connection.close()

    assert len(sockets) == 1
    assert answer.version == 11


def test_it_listens_on_the_loopback_only(echo):
    assert echo._http.server_address[0] == "127.0.0.1"


def test_requests_are_recorded(echo):
    requests.post(echo.url + "/echo/hello?a=1", data={"b[0]": "2"}, timeout=5)

    last = echo.last_request
    assert (last.method, last.path, last.query, last.data) == (
        "POST",
        "/echo/hello",
        {"a": "1"},
        {"b": ["2"]},
    )
    assert (last.operation, last.status) == ("echo.hello", 200)


def test_a_request_whose_sender_dies_over_its_body_is_none(echo):
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as connection:
        connection.sendall(b"POST /echo/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nb=2")
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(4096)

    assert (received, list(echo.requests), echo.state("echo").get("count", 0)) == (b"", [], 0)


def test_control_requests_are_not_recorded(echo):
    get(echo, "/_control/")

    assert list(echo.requests) == []


def test_a_stranger_is_told_who_lives_here(echo):
    answer = get(echo, "/elsewhere")

    assert (answer.status_code, answer.json()["providers"]) == (404, ["echo"])


def test_head_has_no_body(echo):
    answer = requests.head(echo.url + "/echo/hello", timeout=5)

    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) > 0


def test_a_failing_status_strikes_as_often_as_said(echo):
    echo.faults.add("echo", "echo.hello", status=503, retry_after="7", times=2)
    answers = [get(echo) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert echo.state("echo")["count"] == 1, "a failing answer does no work"


def test_a_fault_matches_by_operation_or_by_pattern(echo):
    echo.faults.add("echo", r"^GET .*colour=blue", status=500, times=None)

    assert get(echo, "/echo/hello?colour=red").status_code == 200
    assert get(echo, "/echo/hello?colour=blue").status_code == 500
    assert get(echo, "/echo/hello?colour=blue").status_code == 500


def test_a_delay_is_waited_and_then_the_work_is_done(echo):
    echo.faults.add("echo", delay_s=0.2)
    started = time.monotonic()

    assert get(echo).status_code == 200
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(("drop", "worked"), [("before", 0), ("after", 1), ("mid", 1)])
def test_a_dropped_connection_gives_no_whole_answer(echo, drop, worked):
    echo.faults.add("echo", drop=drop)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(echo)

    assert echo.state("echo")["count"] == worked
    assert get(echo).status_code == 200


def test_a_body_cut_in_the_middle_is_really_half(echo):
    echo.faults.add("echo", drop="mid")
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as connection:
        connection.sendall(b"GET /echo/hello HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).split()[1])

    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) == length // 2


@pytest.mark.parametrize(
    "how",
    [{}, {"drop": "sideways"}, {"status": 99}, {"status": 500, "times": 0}, {"status": 500, "match": "("}],
)
def test_a_fault_that_says_nothing_is_refused(echo, how):
    with pytest.raises(ValueError, match="fault|drop|status|times|match"):
        echo.faults.add("echo", **how)


def test_a_quota_is_an_exact_window_for_each_caller(echo):
    echo.clock.set(None, 0)
    echo.limits.set("echo", 3, 10)
    ann, bob = {"Authorization": "ann"}, {"Authorization": "bob"}
    assert [get(echo, headers=ann).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert get(echo, headers=bob).status_code == 200
    refused = get(echo, headers=ann)
    echo.clock.advance(11)

    assert 1 <= int(refused.headers["Retry-After"]) <= 11
    assert get(echo, headers=ann).status_code == 200


def test_no_quota_by_default(echo):
    assert {get(echo).status_code for _ in range(50)} == {200}


def test_an_unreadable_body_is_400_and_one_without_length_411(echo):
    answer = requests.post(
        echo.url + "/echo/hello", data=b"{", headers={"Content-Type": "application/json"}, timeout=5
    )
    chunked = requests.post(echo.url + "/echo/hello", data=iter([b"a=1"]), timeout=5)

    assert (answer.status_code, chunked.status_code) == (400, 411)


def test_many_at_once(echo):
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(get(echo).status_code)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == [200] * 30
    assert echo.state("echo")["count"] == 30


def test_stopping_ends_idle_connections(echo_class):
    server = SandboxServer(providers=[echo_class]).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/echo/hello")
    connection.getresponse().read()
    server.stop()

    assert connection.sock.recv(1) == b""
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
