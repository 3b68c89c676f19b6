"""The three providers under one contract: capture, SendGrid at the wire, SMTP against a small server."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from emails.models import CapturedMail, Draft
from emails.providers.base import MailProvider, OutgoingMail
from emails.providers.capture import CaptureProvider
from emails.providers.sendgrid import SendGridProvider
from emails.providers.smtp import SmtpProvider
from tests.emails.provider_contract import ProviderContract, RemoteContract, Seen, Wire, make_mail
from tests.emails.smtp_fake import FakeMailServer

DEADLINE_S = 0.6


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def read_mime(raw: bytes) -> Seen:
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    return Seen(
        sender=message["From"].addresses[0].addr_spec,
        to=message["To"].addresses[0].addr_spec,
        cc=tuple(one.addr_spec for one in message["Cc"].addresses) if message["Cc"] else (),
        reply_to=message["Reply-To"].addresses[0].addr_spec if message["Reply-To"] else "",
        subject=message["Subject"],
        text=message.get_body(("plain",)).get_content(),
        html=message.get_body(("html",)).get_content(),
        headers=dict(message.items()),
        files=tuple(
            (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
            for part in message.iter_attachments()
        ),
    )


def read_call(body: dict[str, Any]) -> Seen:
    (person,) = body["personalizations"]
    text, html = body["content"]
    assert (text["type"], html["type"]) == ("text/plain", "text/html")
    return Seen(
        sender=body["from"]["email"],
        to=person["to"][0]["email"],
        cc=tuple(one["email"] for one in person.get("cc", [])),
        reply_to=body.get("reply_to", {}).get("email", ""),
        subject=body["subject"],
        text=text["value"],
        html=html["value"],
        headers=body.get("headers", {}),
        files=tuple(
            (file["filename"], file["type"], base64.b64decode(file["content"])) for file in body.get("attachments", [])
        ),
    )


@pytest.fixture
def mail() -> OutgoingMail:
    return make_mail(uuid4(), uuid4())


class CaptureWire:
    def __init__(self) -> None:
        self.provider: MailProvider = CaptureProvider()

    def seen(self) -> list[Seen]:
        return [read_mime(bytes(captured.raw)) for captured in CapturedMail.objects.all()]


class SendGridWire:
    def __init__(self, server: HTTPServer, settings: Any) -> None:
        self.provider: MailProvider = SendGridProvider(deadline_s=DEADLINE_S)
        self._settings = settings
        self._status = 202
        self._hangs = False
        self.released = threading.Event()
        self.calls: list[dict[str, Any]] = []
        settings.SENDGRID_API_BASE = server.url_for("").rstrip("/")
        server.expect_request("/v3/mail/send", method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer SG.test-key"
        if self._status < 300:
            self.calls.append(json.loads(request.data))
        if self._hangs:
            self.released.wait(5)
        body = "" if self._status < 300 else json.dumps({"errors": [{"message": "No.", "field": None}]})
        return Response(body, status=self._status, headers={"X-Message-Id": "LRzXl_NHStOGhQ4kofSm_A"})

    def seen(self) -> list[Seen]:
        return [read_call(body) for body in self.calls]

    def be_gone(self) -> None:
        self._settings.SENDGRID_API_BASE = f"http://127.0.0.1:{free_port()}"

    def ask_for_later(self) -> None:
        self._status = 429

    def say_no(self) -> None:
        self._status = 403

    def take_and_hang(self) -> None:
        self._hangs = True

    def take_and_drop(self) -> None:
        self._settings.SENDGRID_API_BASE = f"http://127.0.0.1:{self._start_dropping()}"

    def _start_dropping(self) -> int:
        """A server that reads the whole call and hangs up."""
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            with listener, listener.accept()[0] as line, line.makefile("rb") as reader:
                length = 0
                while (header := reader.readline().strip()) != b"":
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                self.calls.append(json.loads(reader.read(length)))

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])


class SmtpWire:
    def __init__(self, server: FakeMailServer, settings: Any) -> None:
        self.provider: MailProvider = SmtpProvider(deadline_s=DEADLINE_S)
        self._server, self._settings = server, settings
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    def seen(self) -> list[Seen]:
        return [read_mime(envelope.data) for envelope in self._server.taken]

    def be_gone(self) -> None:
        self._settings.EMAIL_PORT = free_port()

    def ask_for_later(self) -> None:
        self._server.behaviour.refusals["RCPT"] = "450 4.2.1 try later"

    def say_no(self) -> None:
        self._server.behaviour.refusals["MAIL"] = "550 5.7.1 not from you"

    def take_and_hang(self) -> None:
        self._server.behaviour.after_data = "hang"

    def take_and_drop(self) -> None:
        self._server.behaviour.after_data = "drop"


@pytest.mark.django_db
class TestCapture(ProviderContract):
    @pytest.fixture
    def wire(self) -> Wire:
        return CaptureWire()  # type: ignore[return-value]  # it calls nobody, so nobody misbehaves

    @pytest.fixture
    def mail(self, draft: Draft) -> OutgoingMail:
        return make_mail(draft.pk, draft.customer_id)


class TestSendGrid(RemoteContract):
    @pytest.fixture
    def wire(self, httpserver: HTTPServer, settings: Any) -> Iterator[Wire]:
        settings.SENDGRID_API_KEY = "SG.test-key"
        wire = SendGridWire(httpserver, settings)
        yield wire
        wire.released.set()


class TestSmtp(RemoteContract):
    @pytest.fixture
    def server(self) -> Iterator[FakeMailServer]:
        with FakeMailServer() as server:
            yield server

    @pytest.fixture
    def wire(self, server: FakeMailServer, settings: Any) -> Wire:
        return SmtpWire(server, settings)

    def test_envelope_names_everybody(
        self, wire: Wire, server: FakeMailServer, mail: OutgoingMail, now: datetime
    ) -> None:
        accepted = wire.provider.send(mail, now=now)

        (envelope,) = server.taken
        assert envelope.mail_from == mail.from_email
        assert envelope.rcpt_to == [mail.to_email, *mail.cc]
        assert accepted.provider_id == "2.0.0 queued as 4XyZ"
        assert all(byte < 128 for byte in envelope.data)
