"""Where people chose otherwise than recommended: three kinds of record as one list, paged by the database.

Engage keeps each change with its reason; an introduction keeps the framing that was proposed beside the one taken; a
reaction to a reply keeps what was preselected.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim

from customers.models import Stakeholder, User
from emails.enums import PriceApproach
from outreach.enums import Choice, Framing, OwnerKind, SequencingApproach, UpsellReply
from outreach.models import Reaction, UpsellIntroduction
from outreach.queries.learning import STILL_OPEN
from renewals.enums import Outcome, OverrideKind
from renewals.models import EngageRun, Override, Renewal
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import BookFilter, Question
from renewals.queries.what_works import KEPT, SEEN_FOR
from renewals.rules.overrules import PersonCount, Recommendation, Taken, group_people, group_recommendations

FRAMING, REACTION = "framing", "reaction"
KINDS: dict[str, str] = {
    OverrideKind.STRATEGY.value: "Strategy",
    OverrideKind.PRICE_APPROACH.value: "Price approach",
    OverrideKind.ORDER.value: "Order of people",
    OverrideKind.OWNER.value: "Owner of a contact",
    OverrideKind.VARIATION.value: "Price to one person",
    FRAMING: "Upsell framing",
    REACTION: "After a reply",
}
VALUES: dict[str, dict[str, str]] = {
    OverrideKind.STRATEGY.value: dict(SequencingApproach.choices),
    OverrideKind.PRICE_APPROACH.value: dict(PriceApproach.choices),
    OverrideKind.OWNER.value: dict(OwnerKind.choices),
    OverrideKind.VARIATION.value: dict(PriceApproach.choices),
    FRAMING: dict(Framing.choices),
    REACTION: dict(Choice.choices),
}
ADVISED: dict[str, tuple[str, str]] = {
    OverrideKind.STRATEGY.value: ("sequence", "plan__approach"),
    OverrideKind.PRICE_APPROACH.value: ("price", "plan__pricing_approach"),
}
"""Kinds of which the run keeps what was advised: in which part, and where what was taken in the end stands."""
WITHOUT_CODE = (OverrideKind.ORDER.value, OverrideKind.OWNER.value, OverrideKind.VARIATION.value)
"""Kinds that recommend people, of which there are no few to count by."""
COLUMNS = (
    *("id", "row_kind", "row_at", "row_customer", "row_account", "row_person", "row_name"),
    *("row_recommended", "row_chosen", "row_reason", "row_ended", "row_about"),
)
"""In the order of the fields of `Overrule`."""
ENDS = dict(Outcome.choices) | dict(UpsellReply.choices)
NOBODY = "Nobody known any more"
TEXT = CharField()


@dataclass(frozen=True)
class OverruleFilter:
    """narrowed: of it owner, team and segment count. kind: of KINDS; person: the id of who overruled."""

    narrowed: BookFilter
    kind: str = ""
    person: str = ""


@dataclass(frozen=True)
class Overrule:
    """One choice that was not the recommended one. ended: how its renewal or introduction did; "" while it is open."""

    id: uuid.UUID
    kind: str
    at: datetime
    customer_id: uuid.UUID
    customer_name: str
    person_id: uuid.UUID | None
    person_name: str
    recommended: str
    chosen: str
    reason: str
    ended: str
    about: str = ""

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    @property
    def recommended_label(self) -> str:
        return label_of(self.kind, self.recommended)

    @property
    def chosen_label(self) -> str:
        return label_of(self.kind, self.chosen)

    @property
    def ended_label(self) -> str:
        return ENDS.get(self.ended, self.ended)


@dataclass(frozen=True)
class OverruleCounts:
    recommendations: tuple[Recommendation, ...]
    people: tuple[PersonCount, ...]

    def count_of(self, wanted: OverruleFilter) -> int:
        people = [one for one in self.people if wanted.person in ("", str(one.person_id))]
        return sum(count for one in people for kind, count in one.kinds.items() if wanted.kind in ("", kind))


def label_of(kind: str, code: str) -> str:
    return VALUES.get(kind, {}).get(code, code)


class Overrules:
    """What one reader may see of it, over three years."""

    def __init__(self, reader: User, wanted: OverruleFilter, *, dates: LocalDates, now: datetime) -> None:
        self._wanted, self._now = wanted, now
        question = Question(wanted.narrowed.of_accounts(), dates)
        here, since = question.of_account("customer__"), now - SEEN_FOR
        runs = EngageRun.objects.visible_to(reader).filter(*here, opened_at__gte=since)
        changes = Override.objects.visible_to(reader).filter(*question.of_account("run__customer__"), at__gte=since)
        introductions = UpsellIntroduction.objects.visible_to(reader).filter(*here, written_at__gte=since)
        reactions = Reaction.objects.visible_to(reader).filter(*here, decided_at__gte=since, undone_at=None)
        self._runs, self._introductions = runs.order_by(), introductions.order_by()
        self._reactions = reactions.alias(outcome=_outcome_after()).order_by()
        self._chosen = (
            _changes(changes.order_by()),
            _introductions(self._introductions.exclude(framing=F("proposed"))),
            _reactions(self._reactions.exclude(choice=F("proposed"))),
        )

    def rows(self) -> QuerySet[Any]:
        """This will give what is asked for as tuples for `show`, the latest first."""
        asked = {"row_kind": self._wanted.kind, "row_person": self._wanted.person}
        only = {name: value for name, value in asked.items() if value}
        arms = [rows.filter(**only).values_list(*COLUMNS) for rows in self._chosen]
        return arms[0].union(*arms[1:], all=True).order_by("-row_at", "id")

    def count(self) -> OverruleCounts:
        """This will count by recommendation and by person, in two queries; kind and person are not asked."""
        return OverruleCounts(group_recommendations(self._list_taken()), group_people(self._list_people()))

    def _list_people(self) -> Iterator[tuple[Any, str, str, int]]:
        arms = [
            rows.values_list("row_person", "row_name", "row_kind").annotate(count=Count("pk")) for rows in self._chosen
        ]
        for person, name, kind, count in arms[0].union(*arms[1:], all=True):
            yield person, name or NOBODY, kind, count

    def _list_taken(self) -> Iterator[tuple[str, str, bool, Taken]]:
        arms = [*self._engage_arms(), self._introduction_arm(), self._reaction_arm()]
        for kind, code, is_overruled, *counts in arms[0].union(*arms[1:], all=True):
            yield kind, code, bool(is_overruled), Taken(*counts)

    def _engage_arms(self) -> Iterator[Any]:
        settled, worked = Q(renewal__closed_at__isnull=False), Q(renewal__outcome__in=KEPT)
        for kind, (part, taken) in ADVISED.items():
            runs = self._runs.annotate(code=_advised("advice", part)).filter(code__isnull=False)
            yield _taken(runs, kind, F("code"), ~Q(**{taken: F("code")}), settled=settled, worked=worked)
        for kind in WITHOUT_CODE:
            made = Exists(Override.objects.filter(run=OuterRef("pk"), kind=kind))
            yield _taken(self._runs, kind, Value(""), Q(made), settled=settled, worked=worked)

    def _introduction_arm(self) -> Any:
        sent = self._introductions.filter(sent_at__isnull=False)
        settled = ~Q(response="") | Q(sent_at__lte=self._now - STILL_OPEN)
        otherwise, worked = ~Q(framing=F("proposed")), Q(response=UpsellReply.YES)
        return _taken(sent, FRAMING, F("proposed"), otherwise, settled=settled, worked=worked)

    def _reaction_arm(self) -> Any:
        settled, worked = Q(outcome__isnull=False), Q(outcome__in=KEPT)
        otherwise = ~Q(choice=F("proposed"))
        return _taken(self._reactions, REACTION, F("proposed"), otherwise, settled=settled, worked=worked)


def show(rows: Iterable[tuple[Any, ...]]) -> list[Overrule]:
    """This will make rows of tuples; whom a change is about is looked up for all of them at once."""
    found = [Overrule(*row) for row in rows]
    ids = {about for one in found if (about := _as_id(one.about))}
    people = Stakeholder.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    names = {str(pk): name for pk, name in people}
    return [replace(one, about=names.get(one.about, "")) for one in found]


def _taken(rows: Any, kind: str, code: Any, otherwise: Q, *, settled: Q, worked: Q) -> Any:
    """How often each code was followed and overruled, as rows of (kind, code, 0 or 1, count, settled, worked)."""
    is_overruled = Case(When(otherwise, then=Value(1)), default=Value(0), output_field=IntegerField())
    return (
        rows.annotate(row_kind=_text(Value(kind)), row_code=_text(code), row_overruled=is_overruled)
        .values_list("row_kind", "row_code", "row_overruled")
        .annotate(row_count=Count("pk"), row_settled=Count("pk", filter=settled), row_worked=Count("pk", filter=worked))
    )


def _changes(rows: Any) -> Any:
    """What was changed in Engage; whoever goes back to what was advised overrules nothing."""
    advised = Case(
        *(When(kind=kind, then=_advised("run__advice", part)) for kind, (part, _) in ADVISED.items()),
        default=F("old"),
        output_field=TEXT,
    )
    rows = rows.annotate(advised=advised).exclude(new=F("advised"))
    return _columns(
        rows,
        account="run__customer",
        person="by",
        kind=F("kind"),
        at=F("at"),
        recommended=F("advised"),
        chosen=F("new"),
        reason=F("reason"),
        ended=F("run__renewal__outcome"),
        about=F("subject"),
    )


def _introductions(rows: Any) -> Any:
    return _columns(
        rows,
        account="customer",
        person="written_by",
        kind=Value(FRAMING),
        at=F("written_at"),
        recommended=F("proposed"),
        chosen=F("framing"),
        reason=Value(""),
        ended=F("response"),
        about=Value(""),
    )


def _reactions(rows: Any) -> Any:
    return _columns(
        rows,
        account="customer",
        person="decided_by",
        kind=Value(REACTION),
        at=F("decided_at"),
        recommended=F("proposed"),
        chosen=F("choice"),
        reason=F("reason"),
        ended=Coalesce(F("outcome"), Value("")),
        about=Value(""),
    )


def _columns(rows: Any, *, account: str, person: str, at: Any, **texts: Any) -> Any:
    """The same columns whatever the rows are, so that they can stand in one list."""
    names = [F(f"{person}__{name}") for name in ("first_name", "last_name", "username")]
    full = NullIf(Trim(Concat(names[0], Value(" "), names[1], output_field=TEXT)), Value(""))
    return rows.annotate(
        row_at=at,
        row_customer=F(f"{account}_id"),
        row_account=F(f"{account}__name"),
        row_person=F(f"{person}_id"),
        row_name=Coalesce(full, names[2], Value(""), output_field=TEXT),
        **{f"row_{name}": _text(text) for name, text in texts.items()},
    )


def _advised(advice: str, part: str) -> KeyTextTransform:
    return KeyTextTransform("approach", KeyTransform(part, advice))


def _text(value: Any) -> Cast:
    """As text of one kind: PostgreSQL would not put a column and a constant into one list."""
    return Cast(value, TEXT)


def _outcome_after() -> Subquery:
    """The outcome of the renewal that was open when somebody reacted."""
    later = Renewal.objects.filter(customer=OuterRef("customer"), closed_at__gte=OuterRef("decided_at"))
    return Subquery(later.order_by("closed_at").values("outcome")[:1])


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
