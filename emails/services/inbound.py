"""Mail that comes in: kept first, applied after. The InboundMail row is the job (promises 9 and 10).

A mail is applied in two steps. The first makes the reply and lets it stop its account at once; the second tells its
class, after Claude was asked where the rules were unsure. A worker that dies in between loses nothing: the row falls
due again.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from customers.queries.calendars import local_date
from customers.queries.moments import Waiting, When
from customers.services.arrays import moment
from customers.signals import send_after_commit
from emails.models import InboundMail, Reply
from emails.providers.sendgrid_inbound import Malformed, mail_id, message_id_of, open_call, read_form
from emails.queries.incoming import Match, find_match, read_sender
from emails.rules.replies.bounces import read_bounce
from emails.rules.replies.mail import MailFacts
from emails.rules.replies.matching import read_named_letters
from emails.rules.replies.stripping import strip_reply
from emails.rules.replies.verdicts import Verdict, judge, takes_suggestion
from emails.services.replies import apply_reply, settle_by_claude
from emails.signals import mails_kept
from emails.writing.classifier import ask_for_class, classifier_client

LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 6
BATCH = 50
KEPT_FOR = timedelta(days=30)
"""What belongs to no reply any more, such as one whose account was deleted."""

LOOKED_FOR_OLD_EVERY = timedelta(hours=1)

LONGEST_TEXT = 50_000
LONGEST_FULL_TEXT = 200_000
_SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To", "Auto-Submitted", "Precedence",
                  "X-Auto-Response-Suppress", "X-Autoreply", "List-Id", "Return-Path")  # fmt: skip

log = structlog.get_logger(__name__)


def keep_mail(body: bytes, content_type: str, *, now: datetime) -> None:
    """This will keep a call that was let in, once, and ring for it. Raises Malformed."""
    if len(content_type) > 300:
        raise Malformed("The call's type is too long to be one.")
    form = read_form(body, content_type)
    row = InboundMail(id=mail_id(form, body), body=body, content_type=content_type, received_at=now, due_at=now)
    InboundMail.objects.bulk_create([row], ignore_conflicts=True)
    send_after_commit(mails_kept)


def sweep(*, now: datetime) -> int:
    """What the clock calls: mails whose ring was lost."""
    return apply_due(now=now)


def waiting(now: When) -> Waiting:
    return (InboundMail.objects.filter(due_at__lte=now).order_by("due_at"),)


class _Memory:
    """When this process has last looked for what is old: no index says which mails belong to no reply."""

    looked_at: datetime | None = None


def sweep_old(*, now: datetime) -> int:
    """What the clock calls: removes what is kept for nothing, once an hour; gives how many mails that was."""
    last = _Memory.looked_at
    if last is not None and last <= now < last + LOOKED_FOR_OLD_EVERY:
        return 0
    removed: int = _for_nothing().filter(received_at__lt=now - KEPT_FOR).delete()[0]
    _Memory.looked_at = now
    return removed


def next_old_at(after: datetime) -> datetime:
    """This will give from when on there is something to remove, as far as is known at the moment."""
    first = _for_nothing().order_by("received_at").values_list("received_at", flat=True).first()
    return max(first + KEPT_FOR, after) if first else datetime.max.replace(tzinfo=UTC)


def _for_nothing() -> QuerySet[InboundMail]:
    return InboundMail.objects.filter(reply=None, due_at=None)


def apply_due(*, now: datetime) -> int:
    """This will apply every mail that waits; gives how many. Each stops its account before Claude is asked of any."""
    (due,) = waiting(now)
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    begun = [(pk, _begin(pk, now=now)) for pk in ids]
    return sum(_finish(pk, reply, now=now) for pk, reply in begun if reply is not None)


def apply_mail(mail_pk: uuid.UUID, *, now: datetime) -> bool:
    """This will apply one mail, unless another worker has it. What cannot be applied is tried again, then shown to ops.

    May call Claude: never inside a transaction.
    """
    reply = _begin(mail_pk, now=now)
    return reply is not None and _finish(mail_pk, reply, now=now)


def _begin(mail_pk: uuid.UUID, *, now: datetime) -> Reply | None:
    """Make the reply and let it stop its account; None where another worker has the mail, or it cannot be applied."""
    claimed = _claim(mail_pk, now=now)
    if claimed is None:
        return None
    body, content_type, received_at, attempts = claimed
    try:
        reply: Reply | None = Reply.objects.filter(mail=mail_pk).first()
        if reply is None:
            reply = _keep_reply(mail_pk, open_call(body, content_type), received_at=received_at)
        apply_reply(reply, now=now, is_settled=not _waits_for_claude(reply))
    except Exception as error:
        _put_off(mail_pk, error, attempts=attempts, now=now)
        return None
    return reply


def _finish(mail_pk: uuid.UUID, reply: Reply, *, now: datetime) -> bool:
    """Tell the class of a reply that waits for Claude, with or without an answer; then the mail is done with."""
    if not reply.is_settled:
        settle_by_claude(reply, ask_for_class(reply.text), now=now)
    InboundMail.objects.filter(pk=mail_pk).update(applied_at=now, due_at=None, problem="", updated_at=now)
    return True


def _waits_for_claude(reply: Reply) -> bool:
    return reply.asks_claude and not reply.is_settled and classifier_client() is not None


def _put_off(mail_pk: uuid.UUID, error: Exception, *, attempts: int, now: datetime) -> None:
    log.exception("mail_not_applied", mail=str(mail_pk))
    is_last = attempts >= MOST_ATTEMPTS or isinstance(error, Malformed)
    InboundMail.objects.filter(pk=mail_pk, applied_at=None).update(
        due_at=None if is_last else now + RETRY_AFTER, problem=type(error).__name__, updated_at=now
    )


def _claim(mail_pk: uuid.UUID, *, now: datetime) -> tuple[bytes, str, datetime, int] | None:
    """Take the mail for one attempt; None when another worker has it."""
    sql = (
        "UPDATE emails_inboundmail SET due_at = %s, attempts = attempts + 1, updated_at = %s "
        "WHERE id = %s AND due_at <= %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment(now + LEASE), moment(now), mail_pk.hex, moment(now)])
        if not cursor.rowcount:
            return None
    row: tuple[Any, str, datetime, int] = InboundMail.objects.values_list(
        "body", "content_type", "received_at", "attempts"
    ).get(pk=mail_pk)
    return bytes(row[0]), row[1], row[2], row[3]


def _keep_reply(mail_pk: uuid.UUID, mail: MailFacts, *, received_at: datetime) -> Reply:
    """Understand the mail and make its reply; the one that is there already for the same mail is given."""
    bounce = read_bounce(mail)
    match = find_match(mail, bounced=bounce.recipient if bounce else "")
    text = strip_reply(mail.best_text, writer=mail.from_name).text[:LONGEST_TEXT]
    verdict = judge(mail, text=text, sender=read_sender(mail, match), sent=_day(mail, match, received_at))
    fields = _fields(mail, match, verdict, text=text, received_at=received_at)
    try:
        with transaction.atomic():
            reply: Reply = Reply.objects.create(mail_id=mail_pk, **fields)
    except IntegrityError:
        # The same Message-ID came in another call, which was quicker.
        reply = Reply.objects.get(message_id=fields["message_id"], is_authentic=verdict.is_authentic)
    return reply


def _fields(mail: MailFacts, match: Match, verdict: Verdict, *, text: str, received_at: datetime) -> dict[str, Any]:
    return {
        "customer_id": match.customer_id,
        "stakeholder": match.stakeholder,
        "draft": match.draft,
        "matched_by": match.matched_by,
        "from_email": mail.from_email,
        "from_name": mail.from_name,
        "subject": mail.subject,
        "text": text,
        "full_text": mail.full_text[:LONGEST_FULL_TEXT],
        "received_at": received_at,
        "message_id": message_id_of(mail.headers),
        "in_reply_to": next(iter(read_named_letters(mail)), ""),
        "references": mail.header("References")[:4_000],
        "classification": verdict.classification,
        "likely_classification": verdict.likely,
        "confidence": verdict.confidence,
        "proof": list(verdict.proof),
        "reason": verdict.reason,
        "is_unsure": verdict.is_unsure,
        "asks_claude": takes_suggestion(verdict),
        "is_machine": verdict.is_machine,
        "is_authentic": verdict.is_authentic,
        "is_verified": verdict.is_verified and match.customer_id is not None,
        "return_date": verdict.return_date,
        "bounced_email": verdict.bounced,
        "files": [
            {"place": file.place, "name": file.name, "contentType": file.content_type, "size": file.size}
            for file in mail.files
        ],
        "headers": _shown_headers(mail),
    }


def _shown_headers(mail: MailFacts) -> list[list[str]]:
    shown = {name.lower() for name in _SHOWN_HEADERS}
    own = [[name, value[:500]] for name, value in mail.headers if name.lower() in shown]
    found = [["SPF", mail.spf], ["DKIM", mail.dkim[:500]]]
    return [*own[:40], *(pair for pair in found if pair[1])]


def _day(mail: MailFacts, match: Match, received_at: datetime) -> date:
    """The day on which it was written, where its writer is: dates such as "Monday" are read from there."""
    sent = mail.sent_at if mail.sent_at and abs(mail.sent_at - received_at) < timedelta(days=7) else received_at
    zone = match.stakeholder.customer.timezone if match.stakeholder else "UTC"
    return local_date(sent, zone)
