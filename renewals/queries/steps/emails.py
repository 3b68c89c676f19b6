"""Step 3, the emails: each person's draft in the order of the plan, and who has none and why."""

from __future__ import annotations

from dataclasses import dataclass

from customers.models import User
from emails.enums import DraftState, OriginKind, Purpose
from emails.models import Draft
from emails.queries.cards import DraftCard, make_cards
from emails.writing.breaker import pause_reason
from outreach.enums import TouchState
from outreach.models import Touch
from renewals.models import EngageRun
from renewals.queries.steps.sequence import role_label
from renewals.queries.workspace import Workspace


@dataclass(frozen=True)
class EmailPlace:
    """One draft with its place in the plan. is_dropped: its person is no longer in the sequence.

    followers: what was written after it, in the thread or elsewhere.
    """

    draft: Draft
    card: DraftCard
    order: int
    stakeholder_key: str
    name: str
    role: str
    timing: str
    is_dropped: bool = False
    followers: tuple[Draft, ...] = ()


@dataclass(frozen=True)
class Unwritten:
    """Somebody of the sequence without a draft. can_write: asking again may help."""

    stakeholder_key: str
    name: str
    reason: str
    lacks_address: bool
    can_write: bool


@dataclass(frozen=True)
class EmailsArtifact:
    places: tuple[EmailPlace, ...]
    unwritten: tuple[Unwritten, ...]

    @property
    def is_claude_away(self) -> bool:
        """Whether letters here wait for a model that does not answer."""
        return any(place.card.is_being_written for place in self.places) and (
            any(place.card.is_kept_waiting for place in self.places) or bool(pause_reason())
        )

    @property
    def can_write(self) -> bool:
        return any(row.can_write for row in self.unwritten)


def build_emails_step(workspace: Workspace, run: EngageRun, *, reader: User) -> EmailsArtifact:
    """Put step 3 together, in a fixed number of queries for any number of drafts."""
    every = _drafts_of(run)
    drafts = [draft for draft in every if draft.purpose == Purpose.FIRST_TOUCH]
    followers = [draft for draft in every if draft.purpose != Purpose.FIRST_TOUCH]
    cards = make_cards(drafts, reader=reader)
    by_person = {str(draft.stakeholder_id): draft for draft in drafts}
    places, unwritten = [], []
    for touch in workspace.first_emails:
        draft = by_person.pop(str(touch.stakeholder_id), None)
        if draft is None:
            unwritten.append(_unwritten(touch, workspace))
        else:
            places.append(_place(draft, cards[draft.pk], touch, followers))
    return EmailsArtifact(
        (*places, *(_dropped(draft, cards[draft.pk]) for draft in by_person.values())), tuple(unwritten)
    )


def _drafts_of(run: EngageRun) -> list[Draft]:
    rows = Draft.objects.with_people().filter(origin_kind=OriginKind.ENGAGE, origin_id=run.plan_id)
    return list(rows.exclude(state=DraftState.CANCELLED).order_by("position", "created_at"))


def _place(draft: Draft, card: DraftCard, touch: Touch, followers: list[Draft]) -> EmailPlace:
    return EmailPlace(
        draft=draft,
        card=card,
        order=touch.order,
        stakeholder_key=str(touch.stakeholder_id),
        name=draft.to_name,
        role=role_label(touch.role),
        timing=_timing(touch) or draft.send_timing,
        followers=tuple(one for one in followers if one.stakeholder_id == draft.stakeholder_id),
    )


def _dropped(draft: Draft, card: DraftCard) -> EmailPlace:
    return EmailPlace(
        draft=draft,
        card=card,
        order=draft.position,
        stakeholder_key=str(draft.stakeholder_id or ""),
        name=draft.to_name,
        role="no longer in the sequence",
        timing="",
        is_dropped=True,
    )


def _timing(touch: Touch) -> str:
    """Say when, as the spec does, with the date: "Week 1 (Day 115) · Mon 9 Mar"."""
    if touch.due_date is None:
        return ""
    return f"Week {touch.week} (Day {touch.day}) · {touch.due_date:%a %-d %b}"


def _unwritten(touch: Touch, workspace: Workspace) -> Unwritten:
    key = str(touch.stakeholder_id or "")
    person = next((row for row in workspace.people if str(row.pk) == key), None)
    reason = _why(touch, has_left=person is None, has_email=bool(person and person.email))
    return Unwritten(
        stakeholder_key=key,
        name=touch.stakeholder.name if touch.stakeholder else touch.title,
        reason=reason,
        lacks_address=person is not None and not person.email,
        can_write=not reason,
    )


def _why(touch: Touch, *, has_left: bool, has_email: bool) -> str:
    if has_left:
        return "This person has left."
    if not has_email:
        return "There is no email address on record."
    if touch.state == TouchState.INFEASIBLE:
        return touch.infeasible_reason
    return ""
