"""The web server's access log names no secret."""

from gunicorn.config import Config

from portal.access_log import RedactedAtoms, RedactingLogger

WHOLE, SHORT = "%(r)s %(U)s %(q)s %({raw_uri}e)s %(s)s", "%(r)s %(q)s"  # as gunicorn writes its formats
SECRET = "5ec2e7" * 6


def test_a_line_of_the_log_has_neither_secret_nor_values_of_what_lines_send():
    path, query = f"/hooks/keyyo/{SECRET}/", "account=33199001001&caller=33639980001"
    atoms = RedactedAtoms(
        {
            "r": f"GET {path}?{query} HTTP/1.1",
            "U": path,
            "q": query,
            "{raw_uri}e": f"{path}?{query}",
            "s": "204",
        }
    )
    line = WHOLE % atoms

    assert line == "GET /hooks/keyyo/*** HTTP/1.1 /hooks/keyyo/***  /hooks/keyyo/*** 204"


def test_other_lines_are_as_they_were():
    atoms = RedactedAtoms(
        {"r": "GET /t/corvane/calls/?q=6210 HTTP/1.1", "U": "/t/corvane/calls/", "q": "q=6210"}
    )

    assert SHORT % atoms == "GET /t/corvane/calls/?q=6210 HTTP/1.1 q=6210"
    assert RedactingLogger(Config()).atoms_wrapper_class is RedactedAtoms
