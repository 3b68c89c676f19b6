"""manage.py import_book FILE… [--dry-run] [--mapping FILE] [--as USERNAME] [--json]: import a book of accounts."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.enums import ImportState, Role
from customers.models import User
from customers.rules.book.tables import UnreadableFile
from customers.services.importing.reading import BadMapping, Options, Upload, make_options, parse_mapping
from customers.services.importing.reports import answer
from customers.services.importing.runs import NotAllowed, dry_run, import_now

_BAR_WIDTH = 30
_REFUSALS_SHOWN = 50
_NOTICES_SHOWN = 50


class Command(BaseCommand):
    help = "Import accounts, people, contracts, usage and more from CSV files, as Salesforce and HubSpot export them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="CSV files; several are linked by account.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen; write nothing.")
        parser.add_argument("--mapping", metavar="FILE", help="JSON: columns, dateOrder, decimal, locale, currency.")
        parser.add_argument("--locale", default="", help="How dates and amounts are written, such as de or en-GB.")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="Who imports; default: the first ops.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = _find_user(options["username"])
        uploads = [_read(name) for name in options["files"]]
        choices = _options(options["mapping"], options["locale"])
        try:
            if options["dry_run"]:
                report = dry_run(uploads, choices, by=by, now=timezone.now())
            else:
                report = self._import(uploads, choices, by=by, quiet=options["json"])
        except (UnreadableFile, BadMapping, NotAllowed) as why:
            raise CommandError(str(why)) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer(report), ensure_ascii=False))
        else:
            self._tell(report, is_dry=options["dry_run"])

    def _import(self, uploads: list[Upload], choices: Options, *, by: User, quiet: bool) -> dict[str, Any]:
        bar = _Bar(sys.stderr, is_shown=not quiet and sys.stderr.isatty())
        try:
            run = import_now(uploads, choices, by=by, now=timezone.now(), progress=bar.show)
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was written stands; the same command goes on from there.") from None
        finally:
            bar.clear()
        if run.state != ImportState.DONE:
            raise CommandError(run.report.get("problem", "The import failed."))
        return dict(run.report)

    def _tell(self, report: dict[str, Any], *, is_dry: bool) -> None:
        if is_dry:
            self.stdout.write("Dry run: nothing was written.")
            for row in report["rows"]:
                self.stdout.write(f"{row['file']} row {row['row']}: {row['verdict']} · {row['account']}{_changes(row)}")
            if report["rows_left_out"]:
                self.stdout.write(f"… and {report['rows_left_out']:,} more rows; the counts below have them")
            for notice in report["notices"][:_NOTICES_SHOWN]:
                self.stdout.write(f"{notice['file']} row {notice['row']}: note: {notice['text']}")
        for refused in report["refused"][:_REFUSALS_SHOWN]:
            column = f" [{refused['column']}]" if refused["column"] else ""
            self.stdout.write(f"{refused['file']} row {refused['row']}: refused{column} {refused['reason']}")
        if len(report["refused"]) > _REFUSALS_SHOWN:
            self.stdout.write(f"… and {len(report['refused']) - _REFUSALS_SHOWN} more refusals; --json lists them all")
        for file in report["files"]:
            self._tell_file(file)
        for person in report["people_to_invite"]:
            self.stdout.write(f"to invite: {' '.join(dict.fromkeys((person['name'], person['email']))).rstrip()}")
        for waiting in report["open_columns"]:
            self.stdout.write(
                f"“{waiting['column']}” of {waiting['file']} can be read two ways; give --locale or --mapping"
            )
        rows = "row" if report["created"] == 1 else "rows"
        self.stdout.write(
            f"{report['created']} {rows} new, {report['changed']} changed, {report['unchanged']} unchanged, "
            f"{report['refused_rows']} refused"
        )

    def _tell_file(self, file: dict[str, Any]) -> None:
        """Name what of a file was not read, so that a column with another name is not missed unseen."""
        for notice in file["notices"]:
            self.stdout.write(f"{file['name']}: {notice}")
        if not file["names_account"]:
            self.stdout.write(f"{file['name']}: no column names the account; say with --mapping which one does")
        left_out = [column for column in file["columns"] if not column["key"] and not column["chosen"]]
        if left_out:
            named = "; ".join(f"“{column['header']}” {column['note']}".rstrip() for column in left_out)
            self.stdout.write(f"{file['name']}: columns not read: {named}")


class _Bar:
    """A progress bar on a terminal's last line; nothing where the output is no terminal."""

    def __init__(self, out: TextIO, *, is_shown: bool) -> None:
        self.out = out
        self.is_shown = is_shown

    def show(self, done: int, total: int) -> None:
        if not self.is_shown or not total:
            return
        filled = _BAR_WIDTH * done // total
        self.out.write(f"\r{'█' * filled}{'░' * (_BAR_WIDTH - filled)} {done:,} of {total:,} accounts")
        self.out.flush()

    def clear(self) -> None:
        if self.is_shown:
            self.out.write("\r\033[K")
            self.out.flush()


def _changes(row: dict[str, Any]) -> str:
    told = [f"{change['field']} {change['old']} → {change['new']}" for change in row["changes"] if change["old"]]
    return f" ({'; '.join(told)})" if told else ""


def _find_user(username: str | None) -> User:
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is nobody with the username “{username}”.")
        if not user.is_active:
            raise CommandError(f"“{username}” is not active.")
        return user
    active = User.objects.filter(is_active=True)
    found = active.filter(is_superuser=True).first() or active.filter(role=Role.OPS).first()
    if found is None:
        raise CommandError("Say who imports with --as USERNAME; make somebody with createsuperuser first.")
    return found


def _read(name: str) -> Upload:
    path = Path(name)
    try:
        return Upload(path.name, path.read_bytes())
    except OSError as why:
        raise CommandError(f"{name}: {why.strerror or why}") from None


def _options(mapping: str | None, locale: str) -> Options:
    try:
        if mapping is None:
            return make_options(locale=locale)
        text = Path(mapping).read_text(encoding="utf-8-sig")
        return parse_mapping(text, locale=locale)
    except OSError as why:
        raise CommandError(f"{mapping}: {why.strerror or why}") from None
    except (BadMapping, UnicodeDecodeError) as why:
        raise CommandError(f"{mapping or '--locale'}: {why}") from None
