"""Everything that is approved and has not left, with what it waits for, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from customers.models import User
from emails.enums import WAITING_STATES, DraftState
from emails.models import Draft
from emails.rules.receipts import LABELS, PACED

REASONS = {
    "window": "Hours and holidays",
    "cap": "Frequency",
    "collision": "Other parts",
    "hold": "Hold",
    "brake": "Brake",
    "person": "Needs a person",
    "scheduled": "Scheduled",
    "approved": "Approved, not sent off",
    "provider": "Provider",
    "leaving": "About to leave",
}
"""What a letter may wait for, as the filter of the page names it. "person": a check that somebody must settle."""

_OWN = ("window", "cap", "collision", "hold", "brake")
_NOT_SHOWN = ("body", "facts", "brief", "first_body", "first_subject", "confirmed")


def reason_of(draft: Draft) -> str:
    """Give the code under which the page lists a letter."""
    if draft.blocked_by:
        return draft.blocked_by if draft.blocked_by in _OWN else "person"
    if draft.state in (DraftState.SCHEDULED, DraftState.APPROVED):
        return str(draft.state)
    return "provider" if draft.outcome else "leaving"


@dataclass(frozen=True)
class WaitingRow:
    """One letter as the page shows it."""

    draft: Draft

    @property
    def reason_code(self) -> str:
        return reason_of(self.draft)

    @property
    def check(self) -> str:
        return LABELS.get(self.draft.blocked_by, "") or REASONS[self.reason_code]

    @property
    def needs_person(self) -> bool:
        return self.draft.state == DraftState.BLOCKED and self.next_try_at is None

    @property
    def reason(self) -> str:
        draft, who = self.draft, self.draft.approved_by
        by = f" by {who.display_name}" if who else ""
        if draft.blocked_by or draft.outcome:
            return draft.outcome
        if draft.state == DraftState.SCHEDULED:
            kept = next((line["reason"] for line in draft.receipt if line.get("waits")), "")
            return f"Scheduled{by}. {kept}".strip()
        return f"Approved{by}; nobody has sent it off." if draft.state == DraftState.APPROVED else f"Sent off{by}."

    @property
    def next_try_at(self) -> datetime | None:
        """When it leaves or is tried again. A scheduled one leaves when its hours have come, if that is later."""
        draft = self.draft
        if draft.state != DraftState.SCHEDULED:
            return draft.not_before
        tries = [line["next_try_at"] for line in draft.receipt if line.get("waits") and line.get("next_try_at")]
        later = [datetime.fromisoformat(text) for text in tries]
        return max([*later, *([draft.scheduled_send_date] if draft.scheduled_send_date else [])], default=None)

    @property
    def since(self) -> datetime | None:
        return self.draft.waits_since or self.draft.approved_at


def list_waiting(user: User, *, reason: str = "", owner: str = "") -> Any:
    """Give the letters that wait and that the reader may see: what needs a person first, then by the next try."""
    rows = _visible(user)
    if reason in REASONS:
        rows = rows.filter(_of_reason(reason))
    if owner:
        rows = rows.filter(customer__owner__username=owner)
    rows = rows.select_related("customer__owner", "approved_by").defer(*_NOT_SHOWN)
    return rows.order_by(Coalesce("not_before", "scheduled_send_date").asc(nulls_first=True), F("approved_at"), "pk")


def count_by_reason(user: User) -> dict[str, int]:
    """Count what waits by reason, in one query."""
    groups = _visible(user).order_by().annotate(said=~Q(outcome="")).values("state", "blocked_by", "said")
    counts: Counter[str] = Counter()
    for row in groups.annotate(count=Count("pk")):
        sample = Draft(state=row["state"], blocked_by=row["blocked_by"], outcome="x" if row["said"] else "")
        counts[reason_of(sample)] += row["count"]
    return {code: counts[code] for code in REASONS if counts[code]}


def list_owners(user: User) -> list[User]:
    """Give the owners of the accounts whose letters wait."""
    owners = _visible(user).order_by().values("customer__owner")
    return list(User.objects.filter(pk__in=owners).order_by("first_name", "last_name"))


def _visible(user: User) -> Any:
    return Draft.objects.visible_to(user).filter(state__in=sorted(WAITING_STATES))


def _of_reason(reason: str) -> Q:
    if reason in PACED or reason in _OWN:
        return Q(blocked_by=reason)
    unblocked = Q(state=DraftState.QUEUED, blocked_by="")
    return {
        "person": ~Q(blocked_by="") & ~Q(blocked_by__in=_OWN),
        "scheduled": Q(state=DraftState.SCHEDULED, blocked_by=""),
        "approved": Q(state=DraftState.APPROVED, blocked_by=""),
        "provider": unblocked & ~Q(outcome=""),
        "leaving": unblocked & Q(outcome=""),
    }[reason]
