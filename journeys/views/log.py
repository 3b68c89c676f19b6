"""The automation log: what was done to whom, what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from customers.models import Customer
from customers.queries.archives import archived_before
from customers.queries.kept import figures_of
from customers.queries.minute import once_a_minute
from customers.queries.paging import NearerEndPaginator
from customers.rules.csv_cells import csv_line
from customers.services.activity import record
from customers.view_base import reader_of
from journeys.enums import AutomationType, LogStatus
from journeys.forms.log import read_log_filter
from journeys.models import AutomationLog
from journeys.queries.automations import STATUSES, TYPES, find_log, with_names
from journeys.rules.naming import name_automation
from journeys.views.tabs import list_tabs

PAGE_SIZE = 25
MOST_EXPORTED = 100_000
EXPORT_HEAD = ("Date and time", "Account ID", "Account", "Type", "Automation", "Status", "Attempt", "Details", "Error")
BADGES = {LogStatus.SUCCESS: "good", LogStatus.FAILED: "bad", LogStatus.SKIPPED: ""}


@dataclass(frozen=True)
class LogLine:
    """One line as it is shown."""

    log: AutomationLog

    @property
    def type_label(self) -> str:
        return str(AutomationType(self.log.type).label) if self.log.type in AutomationType.values else self.log.type

    @property
    def name(self) -> str:
        return name_automation(self.log.kind, self.log.automation.occurrence)

    @property
    def status_label(self) -> str:
        """What a wait is called: the log keeps it under skipped."""
        return "Waits" if self.log.action == "Moved" else self.log.get_status_display()

    @property
    def badge(self) -> str:
        return "info" if self.log.action == "Moved" else BADGES.get(LogStatus(self.log.status), "")

    @property
    def reason(self) -> str:
        return str(self.log.metadata.get("reason", ""))

    @cached_property
    def until(self) -> Any:
        """The moment to which it was moved; None where it was not."""
        said = self.log.metadata.get("until")
        return parse_datetime(said) if isinstance(said, str) else None


@login_required
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    reader, wanted = reader_of(request), read_log_filter(request.GET)
    found = find_log(reader, wanted)
    paginator = NearerEndPaginator(with_names(found), PAGE_SIZE)
    if wanted.text:
        # Every line is searched for it: once for all the pages that are turned.
        count_name = f"journeys.log:{_kept_query(request)}"
        paginator.count = once_a_minute(count_name, reader, now=timezone.now(), read=found.count)
    else:
        paginator.count = figures_of(reader, "journeys.log", _kept_query(request), read=found.count)
    page = paginator.get_page(request.GET.get("page"))
    customer = wanted.customer_id and Customer.objects.visible_to(reader).filter(pk=wanted.customer_id).first()
    context = {
        "page": page,
        "lines": [LogLine(row) for row in page],
        "wanted": wanted,
        "customer": customer,
        "types": TYPES,
        "statuses": STATUSES,
        "tabs": list_tabs("journeys:log"),
        "kept_query": _kept_query(request),
        "archived_before": archived_before(AutomationLog),
    }
    return render(request, "journeys/log.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The lines asked for as CSV, the latest first. On record, since it takes data out of the house."""
    reader, now = reader_of(request), timezone.now()
    rows = with_names(find_log(reader, read_log_filter(request.GET)))[:MOST_EXPORTED]
    record("automation_log.exported", "Exported the automation log", customer=None, by=reader, now=now)
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="automations-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


def _csv(rows: Any) -> Iterator[bytes]:
    # The mark at the start tells Excel that this is UTF-8.
    yield b"\xef\xbb\xbf" + csv_line(EXPORT_HEAD)
    for row in rows.iterator(chunk_size=500):
        yield csv_line(_cells(LogLine(row)))


def _cells(line: LogLine) -> list[object]:
    row = line.log
    return [
        row.at.isoformat(),
        str(row.customer_id),
        row.customer.name,
        line.type_label,
        line.name,
        line.status_label,
        row.attempt,
        f"{row.action}: {line.reason}" if line.reason else row.action,
        row.error_message,
    ]


def _kept_query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
