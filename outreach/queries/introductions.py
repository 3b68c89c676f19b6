"""Introductions as pages show them: what was written, when it left, what was answered, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from customers.models import Customer
from customers.queries.memo import kept
from emails.enums import DraftState
from emails.models import Draft
from emails.registry import DraftAction
from outreach.enums import Framing
from outreach.models import FeatureRequest, UpsellIntroduction, UsageAlert
from outreach.rules.alerts.idle import read_idle

MOST_SHOWN = 30
ALERTS_READ = 5

MEANINGS: Mapping[Framing, str] = {
    Framing.PROBLEM_SOLVING: "Name the limit that they come close to, and help before it hurts.",
    Framing.PROACTIVE: "Their use grows: plan for it with them in good time.",
    Framing.VALUE_ADD: "Build on what they have achieved.",
    Framing.EDUCATIONAL: "Share what is possible, without pressing.",
}


@dataclass(frozen=True)
class Idle:
    """Who is told to be inactive. names: as far as they are told; count: None where only names are."""

    count: int | None
    names: tuple[str, ...]
    told_by: str


def list_introductions(customer: Customer) -> list[Any]:
    """The account's introductions with draft and opportunity, the latest first."""
    rows = UpsellIntroduction.objects.filter(customer=customer).select_related("opportunity", "draft", "written_by")
    return list(rows.defer("draft__body", "draft__facts", "draft__brief", "draft__first_body")[:MOST_SHOWN])


def find_unsent(introductions: list[Any]) -> Any:
    """The latest introduction whose draft is still in somebody's hands; None without one."""
    return next((one for one in introductions if one.draft is not None and _is_in_hand(one.draft)), None)


def find_introduction_of(draft_id: UUID) -> UpsellIntroduction | None:
    found: UpsellIntroduction | None = (
        UpsellIntroduction.objects.select_related("customer__account_executive", "draft__sender")
        .filter(draft=draft_id)
        .first()
    )
    return found


def list_requests(customer: Customer) -> list[FeatureRequest]:
    """What the account asked for, the latest first; a page reads it once."""
    return kept((list_requests, customer.pk), lambda: list(FeatureRequest.objects.filter(customer=customer)))


def read_idle_people(customer: Customer) -> Idle | None:
    """Who is inactive by what the latest alerts told beside their figure; None where none told anything."""
    alerts = UsageAlert.objects.filter(customer=customer).exclude(context={}).order_by("-received_at")
    return next(_idle_of(alerts[:ALERTS_READ]), None)


def _idle_of(alerts: Any) -> Iterator[Idle]:
    for alert in alerts:
        found = read_idle(alert.context)
        if found is not None:
            yield Idle(found.count, found.names, f"the alert of {alert.received_at:%d %b %Y}")


def _is_in_hand(draft: Any) -> bool:
    return not draft.is_sent and draft.state != DraftState.CANCELLED


def actions_of(draft: Draft) -> tuple[DraftAction, ...]:
    """What can be done with an introduction's draft besides the usual: the account executive in copy, or out of it."""
    introduction = find_introduction_of(draft.pk)
    executive = introduction.customer.account_executive if introduction is not None else None
    if introduction is None or executive is None or not executive.email or executive.pk == draft.sender_id:
        return ()
    url = reverse("outreach:introduction_copy", args=[introduction.pk])
    name = executive.display_name
    if executive.email.lower() in {address.lower() for address in draft.cc}:
        return (DraftAction(f"Drop {name}", url, "user-minus", f"{name} gets no copy. An approval is void.", "drop"),)
    note = f"{name}, the account executive, gets a copy, and a note of ours that says why. An approval is void."
    return (DraftAction("CC Account Executive", url, "user-plus", note),)
