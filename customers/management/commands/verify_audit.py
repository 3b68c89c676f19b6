"""manage.py verify_audit: find a line of the record that was altered, removed, inserted or moved."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from customers.models import RecordCheck
from customers.services.record_checks import check_now
from customers.services.sealing import seal_waiting


class Command(BaseCommand):
    help = "Verify the whole record. Names each fault and exits with 1 when there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        seal_waiting(now=timezone.now())
        check = check_now(now=timezone.now())
        self.stdout.write(json.dumps(_as_json(check)) if as_json else "\n".join(_in_words(check)))
        if check.fault_count:
            raise SystemExit(1)


def _as_json(check: RecordCheck) -> dict[str, Any]:
    return {
        "ok": check.is_whole,
        "lines": check.lines,
        "faultCount": check.fault_count,
        "faults": [
            {"kind": one["kind"], "number": one["number"], "lineId": one["line_id"], "says": one["says"]}
            for one in check.faults
        ],
    }


def _in_words(check: RecordCheck) -> Iterator[str]:
    for fault in check.faults:
        yield f"{fault['kind']}: {fault['says']}" + (f" (line {fault['line_id']})" if fault["line_id"] else "")
    if check.fault_count > len(check.faults):
        yield f"… and {check.fault_count - len(check.faults)} more"
    yield f"{check.lines} lines verified, {check.fault_count or 'no'} faults."
