"""A text is a text: no body takes a number for one, and a moment may be written in any offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework import serializers

from customers.models import Todo
from journeys.models import AutomationSchedule
from tests import factories
from tests.conftest import NOW
from tests.journeys.ground import begin


def list_bodies(base: type[Any] = serializers.BaseSerializer) -> Iterator[type[Any]]:
    """Every body of ours that is only read."""
    for one in base.__subclasses__():
        if one.__name__.endswith("In"):
            yield one
        yield from list_bodies(one)


def list_loose(field: Any, name: str) -> Iterator[str]:
    """The fields in it that take a number for a text."""
    if type(field) is serializers.CharField and not field.read_only:
        yield name
    if (child := getattr(field, "child", None)) is not None:
        yield from list_loose(child, f"{name}[]")
    if isinstance(field, serializers.Serializer):
        for key, inner in field.fields.items():
            yield from list_loose(inner, f"{name}.{key}")


def test_no_body_takes_a_number_for_a_text() -> None:
    assert get_resolver().url_patterns  # every door is loaded

    bodies = {f"{one.__module__}.{one.__name__}": one for one in list_bodies()}

    assert len(bodies) > 60
    assert sorted({loose for name, one in bodies.items() for loose in list_loose(one(), name)}) == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", [7, 1.5, True, ["a"], {}])
def test_number_for_a_text_is_refused_beside_its_name(call_as: Any, csm: Any, text: Any) -> None:
    api, customer = call_as(csm), factories.CustomerFactory.create(owner=csm)

    said = api.post("/api/command", {"text": text})
    task = api.post(f"/api/customers/{customer.pk}/todos", {"title": text})

    assert (said.status_code, list(said.json()["error"]["fields"])) == (400, ["text"])
    assert (task.status_code, list(task.json()["error"]["fields"])) == (400, ["title"])
    assert not Todo.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("title", "status"), [(" " * 300 + "x", 400), ("x" * 301, 400), (" " + "x" * 299, 201)])
def test_blanks_around_a_text_count_for_its_length(call_as: Any, csm: Any, title: str, status: int) -> None:
    customer = factories.CustomerFactory.create(owner=csm)

    answer = call_as(csm).post(f"/api/customers/{customer.pk}/todos", {"title": title})

    assert answer.status_code == status
    assert [task.title for task in Todo.objects.all()] == [title.strip()] * (status == 201)


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_journey_begins_in_a_year_that_a_form_takes(call_as: Any, csm: Any, day: str) -> None:
    api, customer = call_as(csm), factories.CustomerFactory.create(owner=csm)

    started = api.post(f"/api/clients/{customer.pk}/journey/start", {"startDate": day})
    moved = api.patch(f"/api/clients/{customer.pk}/journey/adjust", {"startDate": day})

    assert {(answer.status_code, *answer.json()["error"]["fields"]) for answer in (started, moved)} == {
        (400, "startDate")
    }


@pytest.mark.django_db
@pytest.mark.parametrize("offset", ["-21:39", "+23:59", "-15:59", "Z"])
def test_moment_is_asked_for_in_any_offset(call_as: Any, ops: Any, offset: str) -> None:
    api = call_as(ops)

    answer = api.get("/api/admin/automations/logs", atTo=f"2026-03-04T00:44:28{offset}")

    assert answer.status_code == 200


@pytest.mark.django_db
def test_moment_with_an_offset_is_the_moment_in_utc(call_as: Any, csm: Any) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    begin(customer, now=NOW)
    soonest = AutomationSchedule.objects.order_by("trigger_at")[0].trigger_at
    api = call_as(csm)

    def count(until: datetime) -> int:
        asked = until.astimezone(timezone(timedelta(hours=-21, minutes=-39))).isoformat()
        return api.get("/api/admin/automations", clientId=str(customer.pk), triggerDateTo=asked).json()["count"]

    assert count(soonest - timedelta(seconds=1)) == 0
    assert count(soonest) >= 1


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_moment_before_or_after_all_days_is_refused(call_as: Any, ops: Any, moment: str) -> None:
    answer = call_as(ops).get("/api/admin/automations/logs", atTo=moment)

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["atTo"])
