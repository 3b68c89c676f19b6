"""What is known of a draft before it may leave: its claims judged, and what the gate weighs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models.functions import Lower

from customers.enums import HoldScope
from customers.models import Stakeholder, User
from customers.queries.memo import kept
from customers.queries.workspace import get_settings
from emails.enums import (
    CONVERSATION_PURPOSES,
    HOLD_EXEMPT_PURPOSES,
    DraftState,
    Lane,
    PriceApproach,
)
from emails.facts import current_values, read_again
from emails.models import Draft
from emails.queries.about_to_leave import UNKNOWN, Around
from emails.queries.pacing import read_pacing
from emails.queries.stops import Stops, read_stops
from emails.queries.suppression import list_suppressed
from emails.rules.approvals import needs_lead, states_price
from emails.rules.facts import Fact, FactType, fact_from_json, with_value
from emails.rules.gate import ChangedFact, GateFacts, HoldFacts
from emails.rules.grounding import Span, ground, open_spans, used_facts
from emails.rules.prices import PriceBreach, check_price_approach, shown_price


@dataclass(frozen=True)
class Judgement:
    """A draft's claims as they stand now."""

    draft: Draft
    facts: tuple[Fact, ...]
    current: dict[str, str | None]

    @cached_property
    def spans(self) -> list[Span]:
        return ground(
            subject=self.draft.subject,
            body=self.draft.body,
            facts=self.facts,
            confirmed=self.draft.confirmed_keys,
            current=self.current,
            language=person.language if (person := self.draft.stakeholder) else "en",
        )

    @cached_property
    def open_spans(self) -> list[Span]:
        return open_spans(self.spans)

    @cached_property
    def breaches(self) -> list[PriceBreach]:
        """Where the letter departs from its price approach."""
        return check_price_approach(
            PriceApproach(self.draft.price_approach),
            spans=self.spans,
            facts=self.facts,
            has_proposal=any(file.is_proposal for file in self.draft.attachments.all()),
        )

    @cached_property
    def changed(self) -> tuple[ChangedFact, ...]:
        """Facts relied on that their records no longer bear out."""
        return tuple(
            ChangedFact(
                fact.label,
                fact.display,
                display_value(fact, self.current.get(fact.key)),
                fact.key,
                is_state=fact.type == FactType.STATE,
            )
            for fact in self.relied_on
            if self.current.get(fact.key) != fact.value
        )

    @cached_property
    def relied_on(self) -> tuple[Fact, ...]:
        """Facts used in the text, in an attachment or taken for granted."""
        attached = _attached_keys(self.draft)
        used = {fact.key: fact for fact in used_facts(self.spans)}
        used |= {fact.key: fact for fact in self.facts if fact.key in attached or fact.type == FactType.STATE}
        return tuple(used.values())

    @property
    def unsupported(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(span.text for span in self.open_spans if span.fact is None))

    @property
    def shown_price(self) -> str:
        return shown_price(self.spans)

    @cached_property
    def lead_reasons(self) -> tuple[str, ...]:
        """Why a lead must approve this draft; empty when the account's owner may."""
        return needs_lead(
            subject=self.draft.subject,
            body=self.draft.body,
            facts=self.facts,
            states_price=self.states_price,
        )

    @cached_property
    def states_price(self) -> bool:
        """Whether the price leaves with it, in words or in a file."""
        return states_price(used_facts(self.spans), _attached_keys(self.draft))


def judge(draft: Draft) -> Judgement:
    """Judge one draft, reading every fact again; a page that asks twice gets the same."""
    return kept((judge, id(draft), draft.subject, draft.body), lambda: judge_many([draft])[draft.pk])


def judge_many(drafts: Iterable[Draft]) -> dict[UUID, Judgement]:
    """Judge drafts together: as many reads as there are kinds of facts, however many drafts."""
    known = _known_facts(drafts)
    values = read_again(fact for _, facts in known.values() for fact in facts)
    return {pk: Judgement(draft, facts, current_values(facts, values)) for pk, (draft, facts) in known.items()}


def judge_figures(drafts: Iterable[Draft]) -> dict[UUID, Judgement]:
    """Judge drafts for a page that shows many: figures and dates are read again, names and sentences are not.

    A name that changed meanwhile shows on the draft's own page, and stops it at the gate.
    """
    known = _known_facts(drafts)
    values = read_again(fact for _, facts in known.values() for fact in facts if _is_figure(fact))
    return {
        pk: Judgement(
            draft, facts, {fact.key: values.get((fact.kind, fact.id, fact.field), fact.value) for fact in facts}
        )
        for pk, (draft, facts) in known.items()
    }


def _known_facts(drafts: Iterable[Draft]) -> dict[UUID, tuple[Draft, tuple[Fact, ...]]]:
    return {draft.pk: (draft, tuple(fact_from_json(row) for row in draft.facts)) for draft in drafts}


def _is_figure(fact: Fact) -> bool:
    return fact.type not in (FactType.NAME, FactType.TEXT) and fact.kind != "meeting"


def display_value(fact: Fact, value: str | None) -> str | None:
    """Write a record's present value as the fact's display would be."""
    return None if value is None else with_value(fact, value).display


def renew_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts with what their records say now; those whose record is gone are left out."""
    facts = tuple(facts)
    values = current_values(facts, read_again(facts))
    return tuple(with_value(fact, value) for fact in facts if (value := values[fact.key]) is not None)


def read_gate_facts(
    draft: Draft,
    *,
    now: datetime,
    moment: datetime | None = None,
    approving: bool = False,
    around: Around = UNKNOWN,
) -> GateFacts:
    """Gather what the gate weighs.

    moment: when the message is to leave, if later than now: a hold that ends before does not stop it, and hours and
    caps are those of then. approving: a person approves what is there now, so the approval is taken as given.
    around: what is known of the rest.
    """
    judgement = judge(draft)
    person = draft.stakeholder
    email = person.email if person else ""
    sender_email = draft.sender.email if draft.sender else ""
    content = draft.content_hash(to_email=email, sender_email=sender_email)
    stops = read_stops(draft, moment=moment or now) if around.has_stops else Stops()
    suppressed = list_suppressed([email, *draft.cc], Lane(draft.lane))
    return GateFacts(
        now=now,
        lane=Lane(draft.lane),
        state=DraftState(draft.state),
        approved_by=_approver(draft),
        approved_hash=content if approving else draft.approval_hash,
        content_hash=content,
        approval_expires_at=datetime.max.replace(tzinfo=now.tzinfo) if approving else draft.approval_expires_at,
        recipient=person.name if person else draft.to_name,
        recipient_email=email,
        is_stakeholder=person is not None and person.customer_id == draft.customer_id,
        has_left=person is not None and person.has_left,
        sender_email=sender_email,
        unknown_cc=tuple(unknown_addresses(draft.customer_id, draft.cc)),
        has_text=bool(draft.subject.strip() and draft.body.strip()),
        suppression=suppressed.pop(email.lower(), None),
        suppressed_cc=tuple(suppressed.values()),
        hold=stops.hold,
        brake_reason=stops.brake_reason,
        passes_hold=_is_about(draft, stops.hold),
        passes_brake=draft.purpose in CONVERSATION_PURPOSES,
        pacing=read_pacing(
            draft, settings=get_settings(), now=now, moment=moment or now, alone_since=around.alone_since
        ),
        unsupported=judgement.unsupported,
        changed=judgement.changed,
        relied_on=judgement.relied_on,
        twin_state=stops.twin_state,
    )


def _approver(draft: Draft) -> str:
    who = draft.approved_by.display_name if draft.approved_by else ""
    return f"{who}, by the rule “{draft.approval_rule}”".lstrip(", ") if draft.approval_rule else who


def unknown_addresses(customer_id: UUID, addresses: Iterable[str]) -> list[str]:
    """The addresses that belong neither to a person at the account nor to a colleague of ours."""
    wanted = {address.lower(): address for address in addresses}
    if not wanted:
        return []
    people = Stakeholder.objects.filter(customer=customer_id, left_at=None).exclude(email="")
    known = {email.lower() for email in people.values_list("email", flat=True)}
    left = wanted.keys() - known
    if left:
        ours = User.objects.annotate(address=Lower("email")).filter(address__in=left, is_active=True)
        known |= set(ours.values_list("address", flat=True))
    return [address for lower, address in wanted.items() if lower not in known]


def _attached_keys(draft: Draft) -> set[str]:
    return {key for file in draft.attachments.all() for key in file.fact_keys}


def _is_about(draft: Draft, hold: HoldFacts | None) -> bool:
    """Whether the letter is about this very hold, that of the journey."""
    return hold is not None and hold.scope == HoldScope.JOURNEY and draft.purpose in HOLD_EXEMPT_PURPOSES
