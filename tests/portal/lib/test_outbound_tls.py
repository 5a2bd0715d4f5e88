"""TLS at the gate: always verified, by name, and under the same deadline."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.lib import outbound
from portal.lib.errors import AnswerLost, Unavailable
from portal.lib.outbound import OutboundPolicy


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for `name` and 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_path, key_path


class TLSServer:
    """Answers every request after `delay_s` per byte of its body."""

    def __init__(self, cert: Path, key: Path) -> None:
        self.delay_s = 0.0
        self.requests = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                plain, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                while connection.recv(65_536):
                    self.requests += 1
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
                    for _ in range(50):
                        connection.sendall(b"x")
                        time.sleep(self.delay_s)
        except OSError:
            return

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[TLSServer]:
    server = TLSServer(*certificate(tmp_path, "localhost"))
    yield server
    server.close()


@pytest.fixture
def trusted(tmp_path: Path, tls_server: TLSServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate of `tls_server` stands among the authorities."""
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "localhost.pem"))


def ask(server: TLSServer, host: str = "127.0.0.1", **kwargs: float) -> outbound.RawAnswer:
    policy = OutboundPolicy.parse(f"127.0.0.0/8:{server.port}")
    return outbound.send(
        "POST", f"https://{host}:{server.port}/", policy=policy, headers={}, body=b"a", **kwargs
    )


def test_an_unknown_authority_is_refused_before_anything_is_sent(tls_server):
    with pytest.raises(Unavailable):
        ask(tls_server)
    assert tls_server.requests == 0


@pytest.mark.usefixtures("trusted")
def test_a_known_one_is_spoken_to_and_kept(tls_server):
    assert [ask(tls_server).body for _ in range(2)] == [b"x" * 50] * 2


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(tls_server, monkeypatch):
    def resolver(host, port, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(Unavailable):
        ask(tls_server, host="api.example")
    assert tls_server.requests == 0


@pytest.mark.usefixtures("trusted")
def test_the_deadline_holds_inside_tls(tls_server):
    tls_server.delay_s = 0.05
    with pytest.raises(AnswerLost):
        ask(tls_server, deadline_s=0.6)
