"""Deliverables as pages, the queue and the API show them: the text, its claims judged, its versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from customers.models import Customer, User
from emails.enums import Writer
from emails.facts import current_values, read_again
from emails.queries.changes import Change
from emails.queries.claims import ClaimsCard
from emails.rules.annotation import Segment
from emails.rules.blocks import Block, parse_document
from emails.rules.facts import Fact, fact_from_json
from emails.rules.grounding import Span, ground, open_spans
from journeys.enums import DeliverableState
from journeys.models import Deliverable, DeliverableVersion, Journey, JourneyMonth

EDITABLE = frozenset({DeliverableState.PENDING_REVIEW, DeliverableState.REJECTED})
TONES = {
    DeliverableState.WRITING: "info",
    DeliverableState.FAILED: "bad",
    DeliverableState.PENDING_REVIEW: "warn",
    DeliverableState.REJECTED: "warn",
    DeliverableState.DELIVERED: "good",
}


def list_deliverables(journey: Journey) -> list[Deliverable]:
    """This will give the deliverables of a journey by month, without their texts."""
    rows = Deliverable.objects.filter(journey=journey).select_related("month")
    return list(rows.defer("body", "first_body", "facts").order_by("month__number"))


def list_of_customer(customer: Customer) -> list[Deliverable]:
    """This will give every deliverable of a client, the newest journey first, without their texts."""
    rows = Deliverable.objects.filter(customer=customer).select_related("month", "journey")
    return list(rows.defer("body", "first_body", "facts").order_by("-journey__started_at", "month__number"))


def deliverable_url(deliverable_id: UUID) -> str:
    """This will give the page of a deliverable."""
    return reverse("journeys:deliverable", args=[deliverable_id])


def with_people(rows: Any) -> Any:
    return rows.select_related(
        "customer__owner", "month__step", "journey__version", "approved_by", "rejected_by", "opened_by"
    )


def find_deliverable(deliverable_id: UUID, *, user: User) -> Deliverable | None:
    """This will find one that the reader may see; with everything its page needs."""
    found: Deliverable | None = with_people(Deliverable.objects.visible_to(user)).filter(pk=deliverable_id).first()
    return found


def find_month(customer_id: UUID, journey_id: UUID, number: int) -> JourneyMonth | None:
    rows = JourneyMonth.objects.filter(customer=customer_id, journey=journey_id, number=number)
    return rows.select_related("step", "journey__version", "customer", "deliverable").first()


def list_versions(deliverable: Deliverable) -> list[DeliverableVersion]:
    """This will give every text, the last first."""
    return list(DeliverableVersion.objects.filter(deliverable=deliverable).select_related("by").order_by("-number"))


def with_machine_text(rows: Any) -> Any:
    """Title and text as a writer last wrote them besides; None where a person wrote it all."""
    written = DeliverableVersion.objects.filter(deliverable=OuterRef("pk")).exclude(writer=Writer.PERSON)
    last = written.order_by("-number")
    return rows.annotate(
        machine_title=Subquery(last.values("title")[:1]), machine_body=Subquery(last.values("body")[:1])
    )


def list_text_changes(current: Deliverable, *, seen: int | None) -> list[Change]:
    """This will compare the text that was seen with the present one; empty where it is not known what was seen."""
    if seen is None or seen >= current.version:
        return []
    rows = DeliverableVersion.objects.filter(deliverable=current, number__lte=seen)
    known = rows.order_by("-number").first()
    parts = (("title", known.title, current.title), ("text", known.body, current.body)) if known else ()
    return [Change(*part) for part in parts if part[1] != part[2]]


@dataclass(frozen=True)
class TextJudgement:
    """A deliverable's claims as they stand now."""

    deliverable: Deliverable
    facts: tuple[Fact, ...]
    current: dict[str, str | None]

    @cached_property
    def spans(self) -> list[Span]:
        return ground(
            subject=self.deliverable.title,
            body=self.deliverable.body,
            facts=self.facts,
            confirmed=[row["key"] for row in self.deliverable.confirmed],
            current=self.current,
        )

    @property
    def open_spans(self) -> list[Span]:
        """What is not on record, or in one that says otherwise today. A delivered text is not asked any more."""
        return [] if self.deliverable.is_delivered else open_spans(self.spans)


def judge_text(deliverable: Deliverable) -> TextJudgement:
    """This will judge one deliverable, every fact read again."""
    facts = tuple(fact_from_json(row) for row in deliverable.facts)
    return TextJudgement(deliverable, facts, current_values(facts, read_again(facts)))


@dataclass(frozen=True)
class DeliverableCard(ClaimsCard):
    """A deliverable as its page shows it to one reader."""

    deliverable: Deliverable
    judgement: TextJudgement
    is_writer: bool

    @property
    def spans(self) -> list[Span]:
        return self.judgement.spans

    @property
    def texts(self) -> tuple[str, str]:
        return self.deliverable.title, self.deliverable.body

    @property
    def confirm_url(self) -> str:
        return reverse("journeys:deliverable_confirm_fact", args=[self.deliverable.pk])

    @property
    def remove_url(self) -> str:
        return reverse("journeys:deliverable_remove_fact", args=[self.deliverable.pk])

    @property
    def breaches(self) -> Iterable[Any]:
        return ()

    @property
    def state_tone(self) -> str:
        return TONES[DeliverableState(self.deliverable.state)]

    @property
    def state_label(self) -> str:
        return str(DeliverableState(self.deliverable.state).label)

    @property
    def may_edit(self) -> bool:
        return self.is_writer and self.deliverable.state in EDITABLE

    @property
    def may_write(self) -> bool:
        """Whether a writer, or a person from the start, may write it now."""
        return self.is_writer and not self.deliverable.is_delivered

    @property
    def waits_for_review(self) -> bool:
        return self.deliverable.state == DeliverableState.PENDING_REVIEW

    @property
    def is_rejected(self) -> bool:
        return self.deliverable.state == DeliverableState.REJECTED

    @property
    def is_being_written(self) -> bool:
        return self.deliverable.state == DeliverableState.WRITING

    @property
    def has_failed(self) -> bool:
        return self.deliverable.state == DeliverableState.FAILED

    @property
    def is_ready(self) -> bool:
        """Whether nothing in the text stands in the way of its approval."""
        return not self.judgement.open_spans and all(text.strip() for text in self.texts)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return parse_document(self.deliverable.body)

    @property
    def written_by(self) -> str:
        return str(Writer(self.deliverable.writer).label)

    @property
    def body_read(self) -> list[Segment]:
        return self.body_segments


def make_deliverable_card(deliverable: Deliverable, *, reader: User) -> DeliverableCard:
    return DeliverableCard(deliverable, judge_text(deliverable), reader.is_writer)
