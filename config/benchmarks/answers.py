"""What came back in a benchmark's book: replies to the letters."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.benchmarks.book import FilledBook, copy_of, write
from customers.models import Brake, Customer
from emails.models import Draft, Reply
from emails.services.inbound import apply_due, keep_mail
from outreach.services.channels import ask_for_channels

ANSWERED_EVERY = 3
"""One account of so many has answered; a third of the answers waits for somebody to handle it."""
TEXT = "Thank you for the proposal. The price is higher than what we planned for this year; can we talk on Tuesday?"


def fill_answers(book: FilledBook, sample: Customer, letter: Draft, *, now: datetime) -> None:
    """This will write what came back. letter: of the sample account, has left; its answer goes the real way."""
    ask_for_channels([letter.pk], now)
    keep_mail(_call(letter), MULTIPART_CONTENT, now=now)
    apply_due(now=now)
    pattern = Reply.objects.get(draft=letter)
    # The answer stopped the account; the page of one that runs shows more.
    Brake.objects.filter(customer=sample).update(cleared_at=now)
    write(Reply, (_reply(pattern, book, n, c, now=now) for n, c in enumerate(book.customers[::ANSWERED_EVERY])))


def _call(letter: Draft) -> bytes:
    """A reply with a file, as the provider hands it over."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        letter.to_email,
        f"reply+{letter.reply_token}@bench.example",
        "Re: hello",
    )
    mail["Message-ID"], mail["In-Reply-To"] = "<answer@bench.example>", letter.wire_message_id
    mail.set_content(TEXT)
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="terms.pdf")
    envelope = json.dumps({"to": [mail["To"]], "from": letter.to_email})
    domain = letter.to_email.partition("@")[2]
    fields = {"envelope": envelope, "SPF": "pass", "dkim": f"{{@{domain} : pass}}", "email": mail.as_string()}
    return encode_multipart(BOUNDARY, fields)


def _reply(pattern: Reply, book: FilledBook, number: int, customer: Customer, *, now: datetime) -> Reply:
    person = book.people[customer.pk][number % 3]
    fields: dict[str, Any] = {"customer": customer, "stakeholder": person, "from_email": person.email, "draft": None}
    at = now - timedelta(minutes=number)
    handled_at = None if number % 3 == 0 else at
    return copy_of(
        pattern, **fields, from_name=person.name, mail=None, message_id=f"<answer-{number}@bench.example>",
        received_at=at, handled_at=handled_at, applied_at=at, settled_at=at, files=[],
    )  # fmt: skip
