"""What every mail provider must do. A new vendor is one file, plus a class of tests that inherits from these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import pytest

from emails.providers.base import Accepted, MailProvider, MaybeAccepted, NotAccepted, OutgoingFile, OutgoingMail

PDF = OutgoingFile("Proposal.pdf", "application/pdf", b"%PDF-1.4 \x00\xff")


@dataclass(frozen=True)
class Seen:
    """One message as the other side got it."""

    sender: str
    to: str
    cc: tuple[str, ...]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    files: tuple[tuple[str, str, bytes], ...]


class Wire(Protocol):
    """The other side: what it took, and how it is made to misbehave."""

    provider: MailProvider

    def seen(self) -> list[Seen]: ...
    def be_gone(self) -> None: ...
    def ask_for_later(self) -> None: ...
    def say_no(self) -> None: ...
    def take_and_hang(self) -> None: ...
    def take_and_drop(self) -> None: ...


class ProviderContract:
    """Runs for all providers. Needs the fixtures `wire` and `mail`."""

    def test_whole_message_arrives_as_it_was_given(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        accepted = wire.provider.send(mail, now=now)

        assert isinstance(accepted, Accepted)
        (seen,) = wire.seen()
        assert (seen.sender, seen.to, seen.cc) == (mail.from_email, mail.to_email, mail.cc)
        assert (seen.subject, seen.reply_to) == (mail.subject, mail.reply_to)
        assert (seen.text.strip(), seen.html.strip()) == (mail.text, mail.html)
        assert seen.files == ((PDF.name, PDF.content_type, PDF.content),)
        assert {name: seen.headers[name] for name in mail.headers} == mail.headers

    def test_line_breaks_add_no_header(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        forged = replace(
            mail, subject="Hello\r\nBcc: thief@evil.example", to_name="Sarah\nBcc: x@evil.example", reply_to=""
        )

        wire.provider.send(forged, now=now)

        (seen,) = wire.seen()
        assert "\n" not in seen.subject and "\r" not in seen.subject
        assert "Bcc" not in seen.headers

    def test_without_reply_address_none_is_written(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.provider.send(replace(mail, reply_to=""), now=now)

        assert wire.seen()[0].reply_to == ""


class RemoteContract(ProviderContract):
    """Runs for those that call another machine: what may be tried again, and what never may."""

    @pytest.fixture(autouse=True)
    def _outbound(self, settings: Any) -> Iterator[None]:
        settings.OUTBOUND = "on"
        settings.OUTBOUND_DOMAINS = []
        yield

    def test_refused_connection_may_be_tried_again(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.be_gone()

        with pytest.raises(NotAccepted) as refusal:
            wire.provider.send(mail, now=now)
        assert refusal.value.can_retry is True

    def test_too_busy_may_be_tried_again(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.ask_for_later()

        with pytest.raises(NotAccepted) as refusal:
            wire.provider.send(mail, now=now)
        assert refusal.value.can_retry is True

    def test_policy_refusal_is_final(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.say_no()

        with pytest.raises(NotAccepted) as refusal:
            wire.provider.send(mail, now=now)
        assert refusal.value.can_retry is False

    def test_hanging_after_the_body_is_unknown(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.take_and_hang()

        with pytest.raises(MaybeAccepted):
            wire.provider.send(mail, now=now)
        assert len(wire.seen()) == 1

    def test_dropped_line_after_the_body_is_unknown(self, wire: Wire, mail: OutgoingMail, now: datetime) -> None:
        wire.take_and_drop()

        with pytest.raises(MaybeAccepted):
            wire.provider.send(mail, now=now)
        assert len(wire.seen()) == 1

    @pytest.mark.parametrize("field", ["to_email", "cc"])
    def test_recipient_outside_the_domains_gets_nothing(
        self, wire: Wire, mail: OutgoingMail, now: datetime, settings: Any, field: str
    ) -> None:
        settings.OUTBOUND_DOMAINS = ["acme.example", " @Evergreen.example "]
        outside = "someone@elsewhere.example"

        wire.provider.send(mail, now=now)
        with pytest.raises(NotAccepted) as refusal:
            wire.provider.send(replace(mail, **{field: outside if field == "to_email" else (outside,)}), now=now)

        assert refusal.value.can_retry is False
        assert len(wire.seen()) == 1


def make_mail(draft_id: UUID, customer_id: UUID) -> OutgoingMail:
    return OutgoingMail(
        draft_id=draft_id,
        customer_id=customer_id,
        message_id=f"<{draft_id.hex}.1@evergreen.example>",
        from_name="Dana Whitfield",
        from_email="dana@evergreen.example",
        to_name="Sarah Lee, Zoë",
        to_email="sarah@acme.example",
        subject="Renewal on 2 July: “value first” – grüße",
        html="<p>Hello Sarah, größe ✓</p>",
        text="Hello Sarah, größe ✓",
        cc=("marco@evergreen.example",),
        files=(PDF,),
        headers={"In-Reply-To": "<one@acme.example>", "References": "<zero@acme.example> <one@acme.example>"},
        reply_to="reply+abc234@reply.evergreen.example",
    )
