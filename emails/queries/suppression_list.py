"""The suppression list as leads and ops read it, and what stops mail to one person as their colleagues do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from customers.models import Stakeholder, User
from customers.services.digests import digest_address
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import Draft, Suppression
from emails.models.drafts import WIDE_FIELDS
from emails.queries.suppression import facts_of
from emails.rules.preferences import TOPICS, Topic
from emails.rules.suppression import SuppressionFacts, refuse_lift, stops

IN_FLIGHT_STATES = (DraftState.SENDING, DraftState.UNKNOWN, DraftState.NEEDS_REVIEW)


@dataclass(frozen=True)
class ListFilter:
    """What is asked for. state: "open", "lifted" or "all"."""

    text: str = ""
    cause: str = ""
    state: str = "open"


@dataclass(frozen=True)
class ListRow:
    """One row for people. people: who has the address now, at accounts of the reader's. refusal: why not to lift."""

    row: Suppression
    facts: SuppressionFacts
    people: tuple[Stakeholder, ...]
    refusal: str

    @property
    def address(self) -> str:
        return self.row.address or "An erased contact"

    @property
    def topic(self) -> str:
        return str(self.row.get_topic_display()) if self.row.topic else "Everything"

    @property
    def may_lift(self) -> bool:
        return self.row.is_open and not self.refusal


def list_suppressions(reader: User, asked: ListFilter) -> QuerySet[Suppression]:
    """This will give the rows asked for, the latest first."""
    rows: QuerySet[Suppression] = Suppression.objects.visible_to(reader)
    rows = rows.select_related("by", "lifted_by", "customer", "draft")
    rows = rows.defer("customer__notes", *(f"draft__{name}" for name in WIDE_FIELDS))
    if asked.state != "all":
        rows = rows.filter(lifted_at__isnull=asked.state != "lifted")
    if asked.cause:
        rows = rows.filter(cause=asked.cause)
    if asked.text:
        named = Q(address__icontains=asked.text) | Q(customer__name__icontains=asked.text)
        # An erased address is not written down anywhere, but whoever knows it finds it.
        rows = rows.filter(named | Q(digest=digest_address(asked.text)))
    return rows.order_by("-at", "pk")


def draw_rows(rows: Iterable[Suppression], *, reader: User) -> list[ListRow]:
    """This will put the people with their accounts beside the rows, one query for all."""
    found = list(rows)
    people = _people_by_address({row.address for row in found if row.address}, reader=reader)
    return [_draw(row, people.get(row.address, ()), reader=reader) for row in found]


def iterate_cells(rows: QuerySet[Suppression]) -> Iterator[list[Any]]:
    """This will give the cells of an export, a head first."""
    yield ["Address", "Why", "Topic", "Since", "Account", "By", "Note", "Lifted", "Lifted by", "Reason"]
    for row in rows.iterator(chunk_size=500):
        yield [
            row.address or "(erased)",
            SuppressionCause(row.cause).label,
            row.get_topic_display() if row.topic else "Everything",
            row.at.isoformat(),
            row.customer.name if row.customer else "",
            row.by.display_name if row.by else "",
            row.note,
            row.lifted_at.isoformat() if row.lifted_at else "",
            row.lifted_by.display_name if row.lifted_by else "",
            row.lift_reason,
        ]


@dataclass(frozen=True)
class TopicLine:
    """One topic and whether it reaches the person."""

    topic: Topic
    is_on: bool


@dataclass(frozen=True)
class PersonMail:
    """What mail one person gets. stopped: letters that wait for it; in_flight: those that nobody can call back."""

    topics: tuple[TopicLine, ...]
    open_rows: list[ListRow]
    past_rows: list[ListRow]
    stopped: list[Draft]
    in_flight: list[Draft]

    @property
    def is_suppressed(self) -> bool:
        return any(not line.row.topic for line in self.open_rows)


def read_person_mail(person: Stakeholder, *, reader: User) -> PersonMail:
    """This will read it in a fixed number of queries."""
    rows: list[Suppression] = []
    if person.email:
        mine = Suppression.objects.filter(digest=digest_address(person.email))
        rows = list(mine.select_related("by", "lifted_by").order_by("-at", "pk"))
    drawn = [_draw(row, (person,), reader=reader) for row in rows]
    facts = [line.facts for line in drawn if line.row.is_open]
    letters = Draft.objects.filter(stakeholder=person, customer=person.customer_id)
    waiting = Q(state=DraftState.BLOCKED, blocked_by="opt_out") | Q(state__in=IN_FLIGHT_STATES)
    found = list(letters.filter(waiting).order_by("created_at"))
    return PersonMail(
        topics=tuple(TopicLine(topic, not any(stops(one, Lane(topic.lane)) for one in facts)) for topic in TOPICS),
        open_rows=[line for line in drawn if line.row.is_open],
        past_rows=[line for line in drawn if not line.row.is_open],
        stopped=[draft for draft in found if draft.state == DraftState.BLOCKED],
        in_flight=[draft for draft in found if draft.state != DraftState.BLOCKED],
    )


def _draw(row: Suppression, people: Iterable[Stakeholder], *, reader: User) -> ListRow:
    present = tuple(people)
    is_in_use = any(not person.has_left for person in present)
    refusal = refuse_lift(SuppressionCause(row.cause), is_leader=reader.is_leader, is_api=False, is_in_use=is_in_use)
    return ListRow(row, facts_of(row), present, refusal)


def _people_by_address(addresses: set[str], *, reader: User) -> dict[str, list[Stakeholder]]:
    found: dict[str, list[Stakeholder]] = defaultdict(list)
    if addresses:
        people = Stakeholder.objects.visible_to(reader).annotate(lowered=Lower("email"))
        for person in people.filter(lowered__in=addresses).select_related("customer"):
            found[person.lowered].append(person)
    return found
