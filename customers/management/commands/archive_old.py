"""manage.py archive_old: move old rows to files, look whether every file is whole, or print what a file holds."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.models import ArchiveFile
from customers.queries.workspace import get_settings
from customers.services.archiving.files import ArchiveDamaged, read_rows
from customers.services.archiving.moving import archive_old, find_faults, folder, why_not


class Command(BaseCommand):
    help = (
        "Move rows older than the workspace says out of the tables, beside the running desk. Says what it did as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--months", type=int, help="what is older than so many whole months; else as the settings say"
        )
        parser.add_argument("--seconds", type=float, default=86_400, help="end after this time, between two batches")
        parser.add_argument(
            "--check", action="store_true", help="read every file; exit with 1 when one lacks something"
        )
        parser.add_argument("--read", metavar="FILE", help="print the rows of a file, each once")

    def handle(self, *, months: int | None, seconds: float, check: bool, read: str | None, **options: Any) -> None:
        if read:
            self._print(read)
        elif check:
            self._check()
        else:
            self._move(get_settings().archive_months if months is None else months, seconds)

    def _move(self, months: int, seconds: float) -> None:
        if reason := why_not():
            raise CommandError(f"Nothing is archived: {reason}.")
        if months < 1:
            raise CommandError("Name at least one month.")
        began = monotonic()
        try:
            for moved in archive_old(now=timezone.now(), months=months, seconds=seconds):
                line = {"table": moved.table, "rows": moved.rows, "archived": moved.is_archived, "all": moved.is_all}
                self.stdout.write(json.dumps({**line, "seconds": round(monotonic() - began, 2)}))
        except (ArchiveDamaged, OSError) as error:
            raise CommandError(f"No further row was removed: {error}") from None

    def _check(self) -> None:
        for fault in (faults := find_faults()):
            self.stdout.write(fault)
        self.stdout.write(f"{ArchiveFile.objects.filter(rows__gt=0).count()} files, {len(faults) or 'no'} faults.")
        if faults:
            raise SystemExit(1)

    def _print(self, name: str) -> None:
        known = {str(file) for file in ArchiveFile.objects.filter(rows__gt=0)}
        if name not in known:
            raise CommandError(f"There is no {name} in the archive; Admin → Archive files lists them.")
        for row in read_rows(folder() / name):
            self.stdout.write(json.dumps(row))
