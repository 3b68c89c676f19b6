"""Letters on their way to an address that is taken off the list, or put back: stopped and freed, a few statements each.

Must be called inside the transaction that changes the list, after `lock_accounts_of`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from customers.services.activity import line, record_many
from customers.services.arrays import moment, update_rows
from customers.signals import send_after_commit
from emails.enums import DOUBTFUL_STATES, DraftState, Lane
from emails.models import Draft
from emails.queries.suppression import list_open
from emails.rules.suppression import SuppressionFacts, stops, strongest, why_stopped
from emails.signals import draft_blocked

CHECK = "opt_out"
STOPPED_STATES = (DraftState.QUEUED, DraftState.SCHEDULED)
IN_FLIGHT_STATES = (DraftState.SENDING, *sorted(DOUBTFUL_STATES))
_WRITTEN = ("id", "state", "version", "state", "blocked_by", "outcome", "not_before", "receipt", "updated_at")


@dataclass(frozen=True)
class Stopped:
    """What was on its way to an address when it was taken off: stopped, or with the provider already."""

    blocked: tuple[Draft, ...] = ()
    in_flight: tuple[Draft, ...] = ()


def stop_letters(addresses: Collection[str], *, customer_ids: Collection[uuid.UUID], now: datetime) -> Stopped:
    """This will block every queued or scheduled letter that may no longer go to these addresses (in lower case)."""
    rows = _list_letters(addresses, customer_ids)
    if not rows:
        return Stopped()
    known = list_open(addresses)
    blocked, written = [], []
    for draft in rows:
        stop = _find_stop(draft, known)
        if stop is None or draft.state not in STOPPED_STATES:
            continue
        draft.outcome = why_stopped(_name(draft), stop)[:500]
        written.append(_row(draft, now=now))
        blocked.append(draft)
    update_rows(Draft, _WRITTEN, written, matched=3)
    _tell(blocked, now=now)
    return Stopped(tuple(blocked), tuple(draft for draft in rows if draft.state in IN_FLIGHT_STATES))


def free_letters(address: str, *, customer_ids: Collection[uuid.UUID], now: datetime) -> int:
    """This will let letters go that waited for this address alone; the gate is asked again before they leave."""
    waiting = Draft.objects.filter(customer__in=list(customer_ids), state=DraftState.BLOCKED, blocked_by=CHECK)
    rows = [row for row in waiting.select_related("stakeholder") if address in _recipients(row)]
    known = list_open({one for row in rows for one in _recipients(row)})
    free = [row for row in rows if not any(_is_stopped(known.get(one, ()), row) for one in _recipients(row))]
    is_later = Q(scheduled_send_date__gt=now)
    mine = Draft.objects.filter(pk__in=[row.pk for row in free], state=DraftState.BLOCKED, blocked_by=CHECK)
    changes: dict[str, Any] = {"blocked_by": "", "outcome": "", "not_before": None, "updated_at": now}
    later = mine.filter(is_later).update(state=DraftState.SCHEDULED, **changes) if free else 0
    return later + (mine.update(state=DraftState.QUEUED, **changes) if free else 0)


def _list_letters(addresses: Collection[str], customer_ids: Collection[uuid.UUID]) -> list[Draft]:
    """Lock them: none is taken back or settled while it is stopped."""
    if not customer_ids:
        return []
    rows = Draft.objects.annotate(address=Lower("stakeholder__email")).filter(
        customer__in=list(customer_ids), address__in=list(addresses), state__in=[*STOPPED_STATES, *IN_FLIGHT_STATES]
    )
    return list(rows.select_for_update(of=("self",), no_key=True).select_related("stakeholder").order_by("pk"))


def _find_stop(draft: Draft, known: dict[str, list[SuppressionFacts]]) -> SuppressionFacts | None:
    lane = Lane(draft.lane)
    person = draft.stakeholder
    stop = strongest(known.get(person.email.lower(), ()), lane) if person else None
    return stop if stop is not None and stops(stop, lane) else None


def _name(draft: Draft) -> str:
    return draft.stakeholder.name if draft.stakeholder else draft.to_name


def _is_stopped(open_rows: Iterable[SuppressionFacts], draft: Draft) -> bool:
    return any(stops(row, Lane(draft.lane)) for row in open_rows)


def _recipients(draft: Draft) -> set[str]:
    person = draft.stakeholder
    return {address.lower() for address in ((person.email if person else ""), *draft.cc) if address}


def _row(draft: Draft, *, now: datetime) -> list[Any]:
    mine = {"check": CHECK, "label": "Opt-out", "passed": False, "reason": draft.outcome, "next_try_at": None}
    receipt = [mine if said.get("check") == CHECK else said for said in draft.receipt]
    return [draft.pk.hex, draft.state, draft.version, DraftState.BLOCKED, CHECK, draft.outcome, None,
            json.dumps(receipt if mine in receipt else [*receipt, mine]), moment(now)]  # fmt: skip


def _tell(drafts: Iterable[Draft], *, now: datetime) -> None:
    lines = []
    for draft in drafts:
        summary = f"Not sent “{draft}”: {draft.outcome}"
        lines.append(line("draft.blocked", summary, customer=draft.customer_id, by=None, now=now, subject=draft))
        send_after_commit(
            draft_blocked, draft_id=draft.pk, customer_id=draft.customer_id, check=CHECK, reason=draft.outcome
        )
    record_many(lines)
