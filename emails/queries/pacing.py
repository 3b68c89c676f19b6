"""What paces a letter: the account's rules, the letters that left lately, and those that go first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    UUIDField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from customers.enums import ContractState
from customers.models import Contract, WorkspaceSettings
from customers.models.prepared import Slot, prepared
from customers.queries.many import many
from customers.queries.sending import sending_rules
from customers.rules.sending import CAP_PERIOD, SendingRules
from emails.enums import CONVERSATION_PURPOSES, LEFT_STATES, DraftState, Lane
from emails.models import Draft
from emails.registry import MailsElsewhere, mails_elsewhere
from emails.rules.pacing import RANKS, OtherLetter, PacingFacts, higher_lanes

IN_LINE = (DraftState.QUEUED, DraftState.SCHEDULED)
GOES_FIRST = (DraftState.APPROVED, *IN_LINE)
"""A letter of a higher lane in one of these states may leave soon; a blocked one waits for somebody."""

_LEFT_AT = Coalesce("sent_at", "attempted_at", "updated_at")
_NEVER = Cast(Value(None), DateTimeField())


class _Row(NamedTuple):
    subject: str
    to_name: str
    to_email: str
    cc: list[str]
    stakeholder_id: UUID | None
    lane: str
    state: str
    left_at: datetime
    not_before: datetime | None
    scheduled_send_date: datetime | None
    part: str


def read_pacing(
    draft: Draft,
    *,
    settings: WorkspaceSettings,
    now: datetime,
    moment: datetime,
    part: str = "",
    alone_since: datetime | None = None,
) -> PacingFacts:
    """Gather what paces one letter that is to leave at `moment`, in one query; two for a contract notice.

    draft: with its customer and stakeholder. part: of the system that sends it; "" for this one. alone_since: no other
    letter has left since then, nor is one in line: none is read where that reaches far enough back.
    """
    rules, lane = sending_rules(draft.customer, settings, around=moment), Lane(draft.lane)
    since = _since(rules, moment)
    is_alone = alone_since is not None and alone_since <= since
    rows = [] if is_alone else [_Row(*row) for row in _other_rows(draft, now=now, since=since)]
    contact = _Contact(draft)
    return PacingFacts(
        moment=moment,
        lane=lane,
        part=part,
        contact=draft.to_name,
        account=draft.customer.name,
        rules=rules,
        is_awaited=draft.purpose in CONVERSATION_PURPOSES,
        left=tuple(contact.letter(row, row.left_at) for row in rows if row.state in LEFT_STATES),
        ahead=tuple(contact.letter(row, _expected_at(row, now)) for row in rows if row.state in GOES_FIRST),
        notice_deadline=notice_deadlines([draft.customer_id]).get(draft.customer_id) if lane == Lane.NOTICE else None,
    )


def lane_order() -> Case:
    """The expression to order drafts by, so that higher lanes are claimed first."""
    return Case(*(When(lane=lane, then=Value(rank)) for lane, rank in RANKS.items()), output_field=IntegerField())


class _Contact:
    """Tells which other letters the same person gets."""

    def __init__(self, draft: Draft) -> None:
        person = draft.stakeholder
        self.stakeholder_id = draft.stakeholder_id
        self.addresses = {address.lower() for address in (draft.to_email, person.email if person else "") if address}

    def letter(self, row: _Row, at: datetime) -> OtherLetter:
        goes_to = {address.lower() for address in (row.to_email, *row.cc)}
        return OtherLetter(
            title=row.subject or f"To {row.to_name}",
            lane=Lane(row.lane),
            part=row.part,
            at=at,
            to_contact=(self.stakeholder_id is not None and row.stakeholder_id == self.stakeholder_id)
            or bool(self.addresses & goes_to),
            is_in_line=row.state in IN_LINE or row.state in LEFT_STATES,
        )


def _other_rows(draft: Draft, *, now: datetime, since: datetime) -> Iterable[Any]:
    others = _others(str(draft.lane), mails_elsewhere())
    found: Iterable[Any] = others.ask(customer=draft.customer_id, pk=draft.pk, now=now, since=since)
    return found


@prepared
def _others(lane: str, elsewhere: tuple[MailsElsewhere, ...]) -> Any:
    """What a letter of this lane may have to wait for."""
    since, customer = Slot("since", DateTimeField()), Slot("customer", UUIDField())
    left = Q(state__in=sorted(LEFT_STATES), left_at__gt=since)
    still_approved = Q(approval_expires_at__gt=Slot("now", DateTimeField()))
    first = Q(still_approved, state__in=GOES_FIRST, lane__in=higher_lanes(Lane(lane)))
    rows = Draft.objects.filter(customer=customer).exclude(pk=Slot("pk", UUIDField())).annotate(left_at=_LEFT_AT)
    own = rows.filter(left | first).order_by().annotate(part=Value("", CharField())).values_list(*_Row._fields)
    others = [_rows_elsewhere(source, customer.as_list, since) for source in elsewhere]
    return own.union(*others, all=True) if others else own


def has_others(customer: Slot, *, since: Slot, elsewhere: tuple[MailsElsewhere, ...]) -> Q:
    """This will say in the statement that reads a letter of the account whether there may be another to wait for."""
    rows = Draft.objects.filter(customer=customer).exclude(pk=OuterRef("pk")).alias(left_at=_LEFT_AT).order_by()
    found = Q(Exists(rows.filter(state__in=sorted(LEFT_STATES), left_at__gt=since)))
    found |= Q(Exists(rows.filter(state__in=GOES_FIRST)))
    for source in elsewhere:
        found |= Q(Exists(source.read(customer.as_list, since).order_by()))
    return found


def _rows_elsewhere(source: MailsElsewhere, customer_ids: RawSQL, since: Any) -> Any:
    """What another system sent, in the shape of our own rows, so that one statement reads both."""
    shaped = source.read(customer_ids, since).annotate(
        cc=Value([], JSONField()),
        state=Value(str(DraftState.SENT), CharField()),
        not_before=_NEVER,
        scheduled_send_date=_NEVER,
        part=Value(source.part, CharField()),
    )
    return shaped.order_by().values_list(*_Row._fields)


def _since(rules: SendingRules, moment: datetime) -> datetime:
    """Nothing that left before can keep a letter back."""
    window = rules.window
    earliest = window.calendar.shift(window.local_date(moment), working_days=-rules.collision_days)
    start = datetime.combine(earliest, time(), tzinfo=window.zone).astimezone(UTC)
    return min(start, moment - CAP_PERIOD) - timedelta(seconds=1)


def _expected_at(row: _Row, now: datetime) -> datetime:
    if row.state == DraftState.SCHEDULED:
        return max(row.scheduled_send_date or now, now)
    return max(row.not_before or now, now)


def notice_deadlines(customer_ids: Collection[UUID]) -> dict[UUID, date]:
    """Give the last day of notice of the accounts whose contract runs."""
    contracts = Contract.objects.filter(customer__in=many(customer_ids), state=ContractState.ACTIVE)
    dates = contracts.values_list("customer_id", "renewal_date", "notice_days")
    return {customer_id: renewal - timedelta(days=days) for customer_id, renewal, days in dates}
