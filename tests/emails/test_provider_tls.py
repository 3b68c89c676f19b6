"""SendGrid and a mail server over TLS: each connection is checked; the authorities are read once for all of them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_httpserver import HTTPServer

from emails.providers import sendgrid, smtp
from emails.providers.base import NotAccepted, OutgoingMail
from emails.providers.sendgrid import SendGridProvider
from emails.providers.smtp import SmtpProvider
from tests.emails.smtp_fake import FakeMailServer

MAIL = OutgoingMail(
    draft_id=UUID(int=1), customer_id=UUID(int=2), message_id="<1@evergreen.example>", from_name="Dana",
    from_email="dana@evergreen.example", to_name="Sarah", to_email="sarah@acme.example", subject="Hello",
    html="<p>Hello</p>", text="Hello",
)  # fmt: skip
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


def test_server_that_nobody_vouches_for_gets_nothing(server: HTTPServer) -> None:
    with pytest.raises(NotAccepted) as refused:
        SendGridProvider().send(MAIL, now=NOW)

    assert refused.value.can_retry
    assert server.log == []


def test_authorities_are_read_once_for_many_letters(server: HTTPServer, made: list[Any]) -> None:
    for _ in range(3):
        assert SendGridProvider().send(MAIL, now=NOW).provider_id == "abc"

    assert len(server.log) == 3
    assert len(made) == 1


def test_mail_server_that_nobody_vouches_for_gets_nothing(mail_server: FakeMailServer) -> None:
    with pytest.raises(NotAccepted) as refused:
        SmtpProvider().send(MAIL, now=NOW)

    assert refused.value.can_retry
    assert mail_server.taken == []


def test_authorities_are_read_once_for_many_letters_to_a_mail_server(
    mail_server: FakeMailServer, made: list[Any]
) -> None:
    for _ in range(3):
        SmtpProvider().send(MAIL, now=NOW)

    assert (len(mail_server.taken), mail_server.encrypted) == (3, 3)
    assert len(made) == 1


@pytest.fixture
def made(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Have the servers vouched for; gives what is added to with each time that the authorities are read."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    times: list[Any] = []
    make = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda *args, **kw: times.append(1) or make(*args, **kw))
    return times


@pytest.fixture(autouse=True)
def _fresh_context() -> Iterator[None]:
    for one in (sendgrid, smtp):
        one._tls.cache_clear()
    yield
    for one in (sendgrid, smtp):
        one._tls.cache_clear()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine, signed by itself, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


@pytest.fixture
def server(certificate: Path, settings: Any) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as running:
        running.expect_request("/v3/mail/send").respond_with_data(status=202, headers={"X-Message-Id": "abc"})
        settings.SENDGRID_API_BASE = running.url_for("").rstrip("/")
        settings.SENDGRID_API_KEY = "SG.test"
        settings.OUTBOUND_DOMAINS = []
        settings.ALLOW_LOOPBACK_VENDORS = True
        yield running


@pytest.fixture
def mail_server(certificate: Path, settings: Any) -> Iterator[FakeMailServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FakeMailServer(context) as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
        settings.OUTBOUND_DOMAINS = []
        yield running
