"""Our own side of a benchmark's book: colleagues, invitations, tokens, views, imports of the whole book, a source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from config.benchmarks.book import FAMILY_NAMES, GIVEN_NAMES, FilledBook, copy_of, write
from customers.enums import ClaimState, ImportState, NoticeKind, PullState, Role, Scope
from customers.models import (
    ApiToken,
    ImportRun,
    Invitation,
    Notice,
    SavedView,
    Team,
    UsagePull,
    UsageSource,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from customers.services.digests import seal
from customers.services.importing.reading import Options, Upload
from customers.services.importing.runs import import_now
from customers.services.invitations import invite
from customers.services.webhook_news import make_message

COLLEAGUES = 300
TEAMS = 12
INVITATIONS = 40
TOKENS = 25
VIEWS = 15
OLD_IMPORTS = 30
PULLS, REFUSED = 30, 200
MESSAGES = 60
NOTICES = 150
REFUSED_EVERY = 20
"""Of the imported rows, one of so many has a risk that is no number."""
HEAD = ("Account ID", "Account Name", "Churn Risk")


@dataclass(frozen=True)
class Office:
    """Who and what a page may be asked about. ops: sees all; colleague: somebody to be changed."""

    ops: User
    colleague: User
    invitation_secret: str


def fill_office(book: FilledBook, *, now: datetime) -> Office:
    """This will write our side."""
    teams = [Team(name=f"Team {number:02d}") for number in range(TEAMS)]
    ops = User.objects.create(username="bench-ops", role=Role.OPS, is_staff=True, email="ops@bench.example")
    write(Team, teams)
    colleagues = [_colleague(number, teams[number % TEAMS]) for number in range(COLLEAGUES)]
    write(User, colleagues)
    write(Invitation, (_invitation(number, book.lead, now=now) for number in range(INVITATIONS)))
    write(ApiToken, (_token(number, book.lead, now=now) for number in range(TOKENS)))
    write(SavedView, (_view(number, book.lead) for number in range(VIEWS)))
    _import(book, now=now)
    _source(now=now)
    _endpoint(now=now)
    write(Notice, (_notice(book, number, now=now) for number in range(NOTICES)))
    invited = invite(email="last@bench.example", role=Role.CSM, team=teams[0], now=now, by=ops)
    return Office(ops, colleagues[0], invited.secret)


def _colleague(number: int, team: Team) -> User:
    return User(
        username=f"colleague-{number}",
        first_name=GIVEN_NAMES[number % len(GIVEN_NAMES)],
        last_name=FAMILY_NAMES[number % len(FAMILY_NAMES)],
        email=f"colleague-{number}@bench.example",
        team=team,
    )


def _invitation(number: int, lead: User, *, now: datetime) -> Invitation:
    return Invitation(
        email=f"newcomer-{number}@bench.example",
        team_id=lead.team_id,
        invited_by=lead,
        digest=uuid4().hex,
        expires_at=now + timedelta(days=7),
    )


def _token(number: int, lead: User, *, now: datetime) -> ApiToken:
    expires_at = now + timedelta(days=90)
    fields = {"prefix": f"eg_{number:05d}", "digest": uuid4().hex, "scopes": [Scope.READ.value]}
    return ApiToken(user=lead, name=f"Token {number}", expires_at=expires_at, **fields)


def _view(number: int, lead: User) -> SavedView:
    return SavedView(user=lead, name=f"View {number}", query="risk=high&sort=-price")


def _import(book: FilledBook, *, now: datetime) -> None:
    """The whole book, imported; the same as if checked and not started, and as if under way; small ones of long ago."""
    done = import_now([Upload("book.csv", _csv(book))], Options(), by=book.lead, now=now)
    checked = copy_of(done, state=ImportState.CHECKED, started_at=None, finished_at=None, done_rows=0)
    under_way = copy_of(done, state=ImportState.RUNNING, finished_at=None, done_rows=done.total_rows // 3)
    old = (_old_import(number, book.lead, now=now) for number in range(OLD_IMPORTS))
    write(ImportRun, (checked, under_way, *old))


def _source(*, now: datetime) -> None:
    """A source that is switched off, with a month of pulls, each with as many rows left out as are shown."""
    source = UsageSource.objects.create(
        name="Meter", url="https://meter.example/usage", sealed_secret=seal(b"of the bench"), is_enabled=False,
        mapping={"account": "id", "metric": "metric", "value": "used"},
    )  # fmt: skip
    refused = [{"row": row, "account": f"bench-{row}", "reason": "No account has this id."} for row in range(REFUSED)]
    write(UsagePull, (_pull(source, number, refused, now=now) for number in range(PULLS)))


def _endpoint(*, now: datetime) -> None:
    """An endpoint that is switched off, with as many messages as a page shows, each with every attempt."""
    endpoint = WebhookEndpoint.objects.create(
        url="https://hooks.example/evergreen", sealed_secret=seal(b"whsec_b2YgdGhlIGJlbmNo"), is_enabled=False
    )
    line = {"at": now.isoformat(), "status": 503, "outcome": "It answered 503.", "tookMs": 80}
    fields = {"state": ClaimState.FAILED, "status": 503, "answer": "busy", "receipt": [line] * 10, "called_at": now}
    message = make_message(endpoint, "mail.sent", {"url": "https://desk.example/api/emails/1"}, at=now)
    write(WebhookDelivery, (copy_of(message, message_id=f"msg_{n}", took_ms=80, **fields) for n in range(MESSAGES)))


def _notice(book: FilledBook, number: int, *, now: datetime) -> Notice:
    """More than a page shows and the bell counts, each of another account where there are as many."""
    customers = book.customers
    return Notice(
        user=book.lead,
        customer=customers[number % len(customers)],
        kind=NoticeKind.SENDING,
        event="draft.failed",
        key=f"bench:{number}",
        happened_at=now - timedelta(minutes=number),
    )


def _pull(source: UsageSource, number: int, refused: list[dict[str, object]], *, now: datetime) -> UsagePull:
    at = now - timedelta(days=number)
    counts = {"rows": 5000, "accounts": 900, "readings": 4800, "refused_count": len(refused)}
    return UsagePull(source=source, started_at=at, leased_until=at, finished_at=at, state=PullState.DONE,
                     refused=refused, note="5000 rows of 900 accounts.", **counts)  # fmt: skip


def _csv(book: FilledBook) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *_rows(book)])
    return out.getvalue().encode()


def _rows(book: FilledBook) -> Iterator[tuple[str, str, str]]:
    for number, customer in enumerate(book.customers):
        risk = "soon" if number % REFUSED_EVERY == 0 else str((number * 7 + 1) % 101)
        yield str(customer.external_id), customer.name, risk


def _old_import(number: int, lead: User, *, now: datetime) -> ImportRun:
    at = now - timedelta(days=number + 1)
    return ImportRun(user=lead, filename=f"week-{number}.csv", state=ImportState.UNDONE, finished_at=at, undone_at=at)
