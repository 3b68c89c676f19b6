"""Journeys and the programme that a customer gets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from customers.models import Customer
from customers.queries.many import many
from journeys.enums import JourneyState
from journeys.models import Journey, ProgrammeVersion
from journeys.rules.timeline import StepPlan


def get_open_journey(customer: Customer) -> Journey | None:
    """This will give the journey that is under way; there is at most one."""
    found = Journey.objects.filter(customer=customer, state=JourneyState.ACTIVE).select_related("version").first()
    if found is not None:
        found.customer = customer
    return found


def list_open_journeys(customer_ids: Collection[UUID]) -> list[Journey]:
    """This will give the journeys that are under way with their versions, of which thousands share one."""
    journeys = list(Journey.objects.filter(customer__in=many(customer_ids), state=JourneyState.ACTIVE))
    versions = ProgrammeVersion.objects.in_bulk({journey.version_id for journey in journeys})
    for journey in journeys:
        journey.version = versions[journey.version_id]
    return journeys


def map_open_journeys(customer_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """This will give the ids of the journeys that are under way, by customer."""
    journeys = Journey.objects.filter(customer__in=many(customer_ids), state=JourneyState.ACTIVE)
    return dict(journeys.values_list("customer_id", "pk"))


def list_with_open_journey(customer_ids: Collection[UUID]) -> set[UUID]:
    """This will give those of the customers that are on a journey."""
    return set(map_open_journeys(customer_ids))


def find_version(customer: Customer) -> ProgrammeVersion | None:
    """This will give the published version for the customer's segment, else the one for everybody."""
    return find_versions({customer.segment})[customer.segment]


def find_versions(segments: Iterable[str]) -> dict[str, ProgrammeVersion | None]:
    """This will give the last published version for each segment, in one query."""
    wanted = set(segments)
    published = ProgrammeVersion.objects.filter(
        published_at__isnull=False, programme__is_archived=False, programme__segment__in={*wanted, ""}
    )
    last: dict[str, ProgrammeVersion] = {}
    for version in published.select_related("programme").order_by("number"):
        last[version.programme.segment] = version
    return {segment: last.get(segment) or last.get("") for segment in wanted}


def list_steps(version: ProgrammeVersion) -> tuple[StepPlan, ...]:
    return tuple(
        StepPlan(
            number=step.number,
            title=step.title,
            offset_days=step.offset_days,
            reminder_days=step.reminder_days,
            overdue_days=step.overdue_days,
            escalation_days=step.escalation_days,
        )
        for step in version.steps.order_by("number")
    )


def map_step_ids(version: ProgrammeVersion) -> Mapping[int, UUID]:
    return dict(version.steps.values_list("number", "pk"))
