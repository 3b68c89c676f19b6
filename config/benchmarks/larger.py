"""A filled desk made so many times larger by the database itself: a hundred thousand accounts in the time of ten.

What was written account by account is the pattern. Each copy is an account of its own, with all that stands around it,
so the spread of stages, work and days stays as it is. What the whole house has once is not copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from config.benchmarks.copies import Told, copy_rows, plain_indexes, without_triggers
from customers.enums import ImportState
from customers.models import (
    Activity,
    Brake,
    Contract,
    Customer,
    Hold,
    ImportChange,
    ImportRun,
    Meeting,
    Stakeholder,
    Todo,
)
from customers.services.importing.reports import MAX_REFUSALS_KEPT
from customers.services.kept_sums import keep_sums
from emails.models import CapturedMail, Draft, MailEvent, Reply, Suppression
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, JourneyChange, JourneyMonth
from journeys.queries.board_sums import BOARD
from journeys.services import board_sums
from journeys.services.pending_lines import keep_pending
from outreach.models import (
    FeatureRequest,
    Opportunity,
    OutreachPlan,
    Touch,
    UpsellIntroduction,
    UpsellRun,
    UpsellStep,
)
from renewals.models import EngageRun, Override, Renewal
from renewals.queries.book_sums import BOOK
from renewals.services import book_sums
from renewals.services.step_lines import keep_steps

WRITERS = 3
PER_ACCOUNT: tuple[type[models.Model], ...] = (
    AutomationSchedule, Activity, UpsellStep, JourneyMonth, MailEvent, Draft, Deliverable, AutomationLog, Stakeholder,
    FeatureRequest, Todo, Touch, Contract, Renewal, CapturedMail, JourneyChange, ImportChange, UpsellRun, Opportunity,
    UpsellIntroduction, Journey, OutreachPlan, EngageRun, Reply, Meeting, Customer, Hold, Brake, Suppression, Override,
)  # fmt: skip
"""The largest first, so that nobody waits for it at last. Usage, health and wins have a few accounts only, ever."""
ONLY: dict[type[models.Model], str] = {
    MailEvent: "source.draft_id IS NOT NULL",
    Reply: "source.mail_id IS NULL",
    Activity: "source.customer_id IS NOT NULL",
}
"""Of these the rows that belong to an account, and not to one alone."""
TIMES_MORE = ("created", "changed", "unchanged", "refused_rows", "total_rows")


def enlarge(accounts: int, *, times: int) -> None:
    """This will have each of so many accounts so many times in all, and the imports tell of all of them."""
    if times < 2:
        return
    jobs = [(model, _told(model, accounts)) for model in PER_ACCOUNT]
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        with transaction.atomic(), without_triggers():
            for model, told in jobs:
                _copy(model, told, times)
    else:
        # References are not looked at, so that no table has to wait for another.
        with ThreadPoolExecutor(WRITERS) as writers:
            list(writers.map(lambda job: _copy_alone(job[0], job[1], times), jobs))
    keep_pending(connection)
    keep_sums(connection, BOOK, book_sums.WATCHED)
    keep_sums(connection, BOARD, board_sums.WATCHED)
    keep_steps(connection, now=timezone.now())
    _tell_of_all(accounts, times)


def _copy(model: type[models.Model], told: Told, times: int) -> None:
    copy_rows(model, set(PER_ACCOUNT), times=times - 1, told=told, where=ONLY.get(model, ""))


def _copy_alone(model: type[models.Model], told: Told, times: int) -> None:
    """Indexes are made once over all rows: kept up row by row, they take most of the time."""
    try:
        indexes = plain_indexes(model)
        with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
            for name in indexes:
                cursor.execute(f"DROP INDEX {name}")
            _copy(model, told, times)
            for definition in indexes.values():
                cursor.execute(definition)
    finally:
        connection.close()


def _told(model: type[models.Model], accounts: int) -> Told:
    """Accounts are told apart by their number: the last six digits of the name, and those of the id."""
    if model is not Customer:
        return {}
    place = "CAST(substr(source.name, length(source.name) - 5) AS integer)"
    number = f"substr(CAST(1000000 + {place} + n * {accounts} AS text), 2)"
    return {
        "name": f"substr(source.name, 1, length(source.name) - 6) || {number}",
        "external_id": f"'bench-' || ({place} + n * {accounts})",
    }


def _tell_of_all(accounts: int, times: int) -> None:
    """The files of the imports stay as they are: no page reads them."""
    for run in ImportRun.objects.exclude(state=ImportState.UNDONE).exclude(report={}):
        run.report |= {name: run.report[name] * times for name in TIMES_MORE}
        told = sum(run.report[name] for name in ("created", "changed", "unchanged"))
        run.report["rows_left_out"] = told - len(run.report["rows"])
        run.report["refused"] = list(_refused(run.report["refused"], accounts, times))[:MAX_REFUSALS_KEPT]
        run.total_rows, run.done_rows = run.total_rows * times, run.done_rows * times
        run.save(update_fields=["report", "total_rows", "done_rows"])


def _refused(lines: list[dict[str, Any]], accounts: int, times: int) -> Iterator[dict[str, Any]]:
    for copy in range(times):
        yield from ({**line, "row": line["row"] + copy * accounts} for line in lines)
