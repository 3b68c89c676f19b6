"""The automation log as a page and as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, ArchiveFile, Customer, User
from journeys.enums import AutomationType, LogStatus
from journeys.models import AutomationLog
from journeys.views.log import PAGE_SIZE
from tests import factories
from tests.journeys.clockwork import make_automation

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail")


def write(customer: Customer, *, at: datetime = NOW, **fields: Any) -> AutomationLog:
    kind = fields.pop("kind", "journey.upcoming")
    row = make_automation(customer, at, kind=kind, occurrence="month-3", type=AutomationType.SEND_REMINDER)
    values = {"type": row.type, "kind": kind, "action": "M3 upcoming", "status": LogStatus.SUCCESS, "attempt": 1}
    return AutomationLog.objects.create(customer=customer, automation=row, at=at, **{**values, **fields})


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/journeys/log{query}")
    assert response.status_code == 200
    return [line.log.action for line in response.context["lines"]]


def test_line_says_what_was_done_and_why_something_was_left_out(client: Client, csm: User, acme: Customer) -> None:
    write(acme, action="Skipped", status=LogStatus.SKIPPED, metadata={"reason": "It is delivered already."})
    client.force_login(csm)

    page = client.get("/journeys/log").content.decode()

    assert "Coming soon, M3" in page
    assert "It is delivered already." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["new", "old"]),
        ("?type=SEND_REMINDER", ["old"]),
        ("?status=FAILED", ["new"]),
        ("?from=2026-03-04", ["new"]),
        ("?to=2026-03-03", ["old"]),
        ("?q=BETA", ["old"]),
        ("?q=timeout", ["new"]),
        ("?q=%00", ["new", "old"]),
        ("?type=nonsense&from=yesterday&customer=1&page=x", ["new", "old"]),
    ],
)
def test_log_is_narrowed_by_its_filters(
    client: Client, csm: User, acme: Customer, query: str, found: list[str]
) -> None:
    beta = factories.CustomerFactory.create(owner=csm, name="Beta Freight")
    write(beta, at=NOW - timedelta(days=2), action="old")
    write(acme, action="new", type="WRITE_TEXT", status=LogStatus.FAILED, error_message="Timeout")
    client.force_login(csm)

    assert names(client, query) == found


def test_log_of_one_account(client: Client, csm: User, acme: Customer) -> None:
    write(factories.CustomerFactory.create(owner=csm), action="other")
    write(acme, action="mine")
    client.force_login(csm)

    assert names(client, f"?customer={acme.pk}") == ["mine"]


def test_log_of_another_team_is_not_shown(client: Client, stranger: User, acme: Customer) -> None:
    write(acme)
    client.force_login(stranger)

    assert names(client, f"?customer={acme.pk}") == []


def test_log_needs_a_fixed_number_of_queries(client: Client, csm: User, acme: Customer) -> None:
    client.force_login(csm)
    asked = []
    for more in (1, 2, 47):
        for _ in range(more):
            write(factories.CustomerFactory.create(owner=csm))
        with CaptureQueriesContext(connection) as queries:
            names(client)
        asked.append(len(queries))

    assert asked == [asked[0]] * 3
    assert asked[0] <= 12


def test_log_is_paged(client: Client, csm: User, acme: Customer) -> None:
    row = make_automation(acme, NOW)
    AutomationLog.objects.bulk_create(
        AutomationLog(
            customer=acme, automation=row, at=NOW + timedelta(minutes=number), type=row.type, kind=row.kind,
            action=str(number), status=LogStatus.SUCCESS, attempt=1,
        )
        for number in range(PAGE_SIZE + 1)
    )  # fmt: skip
    client.force_login(csm)

    assert names(client)[0] == str(PAGE_SIZE)
    assert names(client, "?page=2") == ["0"]


def test_file_holds_what_is_shown_and_is_on_record(client: Client, csm: User, acme: Customer) -> None:
    write(acme, action="=1+1", error_message="Timeout")
    write(acme, action="other", status=LogStatus.FAILED)
    client.force_login(csm)

    response = client.get("/journeys/log.csv?status=SUCCESS")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert 'Acme Rail,Send reminder,"Coming soon, M3",Success,1,\'=1+1,Timeout' in lines[1]
    assert Activity.objects.filter(verb="automation_log.exported", actor=csm).count() == 1


def test_empty_log_says_so(client: Client, csm: User) -> None:
    client.force_login(csm)

    assert "Nothing has run yet" in client.get("/journeys/log").content.decode()


def test_page_and_api_say_before_which_day_lines_were_moved(client: Client, csm: User, acme: Customer) -> None:
    write(acme)
    client.force_login(csm)
    before = client.get("/api/admin/automations/logs")
    table = "journeys.automationlog"
    for month, rows in ((date(2024, 5, 1), 9), (date(2024, 12, 1), 1), (date(2025, 1, 1), 0)):
        ArchiveFile.objects.create(table_label=table, month=month, rows=rows)
    ArchiveFile.objects.create(table_label="journeys.automationschedule", month=date(2025, 6, 1), rows=1)

    after = client.get("/api/admin/automations/logs")
    page = client.get("/journeys/log").content.decode()

    assert (before.headers.get("Archived-Before"), before.json()["count"]) == (None, 1)
    assert (after.headers.get("Archived-Before"), after.json()["count"]) == ("2025-01-01", 1)
    assert "Old lines of before 1 January 2025 were moved to files" in page


def test_page_of_a_table_that_was_never_archived_says_nothing_of_it(client: Client, csm: User, acme: Customer) -> None:
    write(acme)
    client.force_login(csm)

    assert "moved to files" not in client.get("/journeys/log").content.decode()
