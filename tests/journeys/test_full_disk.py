"""A disk without room is no row's failure: what was claimed is given back, and the tick says why it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from customers.models import Customer, Todo
from journeys.enums import AutomationStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.services.clock import tick
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db
TODOS = Todo._meta.db_table


class Refused(Exception):
    """What the driver throws, with the codes that both of them give."""

    def __init__(self, *, sqlstate: str = "", sqlite_errorcode: int = 0) -> None:
        super().__init__("no room")
        self.sqlstate, self.sqlite_errorcode = sqlstate, sqlite_errorcode


def no_room(cause: Refused, *tables: str) -> Any:
    """Each statement that would add to one of the tables finds no room."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and any(table in sql for table in tables):
            raise OperationalError("no room") from cause
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize("cause", [Refused(sqlstate="53100"), Refused(sqlite_errorcode=13)], ids=["postgres", "sqlite"])
def test_full_disk_costs_no_attempt_and_is_gone_on_from(
    customer: Customer, notebook: Notebook, now: datetime, cause: Refused
) -> None:
    rows = [make_automation(customer, now) for _ in range(3)]

    with no_room(cause, TODOS), pytest.raises(OperationalError):
        tick(now=now)
    waiting = list(AutomationSchedule.objects.values_list("status", "retry_count", "claim_token"))
    tick(now=now + timedelta(seconds=30))

    assert waiting == [(AutomationStatus.SCHEDULED, 0, None)] * 3
    assert notes() == sorted(str(row.pk) for row in rows)
    assert AutomationLog.objects.count() == 3


def test_other_trouble_of_the_database_is_tried_again_later(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    row = make_automation(customer, now)

    with no_room(Refused(sqlstate="57014"), TODOS):
        tick(now=now)

    row.refresh_from_db()
    assert (row.status, row.retry_count) == (AutomationStatus.SCHEDULED, 1)
