"""What the documentation says can be done: each command exists with its options and is run, or is named with the reason
why not; each file, make target and environment variable that it names is there."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.urls import Resolver404, resolve

from customers.models import ApiToken, User
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SPAN = re.compile(r"`([^`\n]+)`|^ {4}(.+)$", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z_]+)([^`\n]*)")
OPTION = re.compile(r"--[a-z][a-z-]*")
MAKE = re.compile(r"^make ([a-z]+)")
VARIABLE = re.compile(r"^([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=\S*)?$")
FILE = re.compile(r"^[\w.*-]+(?:/[\w.*-]+)*/(?:[\w*-]+\.(?:py|md|csv|js|css|html|json|yaml))?$")
CALL = re.compile(r"^(?:GET|POST|PUT|PATCH|DELETE) +(/api/[^\s`?{]*)")
SOME_ID = "6b78d772-75ec-4708-b31f-059284ec04f4"
PLACEHOLDERS = dict.fromkeys(("ID", "PLAN", "STAKEHOLDER"), SOME_ID)
NOT_RUN = {
    "createsuperuser": "is Django's own, and asks for a password at a terminal",
    "bench": "measures for minutes; tests/config/test_bench_*.py runs each of its parts",
    "drill": "starts and kills processes for minutes; tests/config/test_drills.py runs them",
    "clear_demo": "empties the database; tests/config/test_demo*.py run it",
}
"""Of the commands that the documentation names, those that this test does not run."""
RUN: dict[str, tuple[str, ...]] = {
    "archive_old": ("--check",),
    "create_api_token": ("dana", "--scopes", "read", "write"),
    "import_book": ("docs/examples/salesforce_accounts.csv", "docs/examples/salesforce_contacts.csv",
                    "--dry-run", "--as", "dana", "--json"),
    "mark_restored": (),
    "rotate_keys": (),
    "tick": ("--now", "2027-01-04T09:00Z"),
    "verify_audit": ("--json",),
}  # fmt: skip


def spans(page: Path) -> Iterator[str]:
    """Whatever stands as code: between backticks, or set in by four blanks."""
    for found in SPAN.finditer(page.read_text()):
        yield (found[1] or found[2]).strip()


@cache
def said_commands() -> dict[str, set[str]]:
    """Each command of manage.py with the options that a page gives it."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for name, more in COMMAND.findall(page.read_text()):
            found.setdefault(name, set()).update(OPTION.findall(more))
    return found


def parser_of(name: str) -> argparse.ArgumentParser:
    app: Any = get_commands()[name]
    command = app if not isinstance(app, str) else load_command_class(app, name)
    return command.create_parser("manage.py", name)


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Its own, and those of its parts."""
    found = {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for part in action.choices.values() for option in options_of(part)}
    return found


def test_every_command_exists_with_its_options() -> None:
    wrong = {name: "no such command" for name in said_commands() if name not in get_commands()}
    for name, options in said_commands().items():
        if name not in wrong and (unknown := options - options_of(parser_of(name))):
            wrong[name] = f"no {', '.join(sorted(unknown))}"

    assert wrong == {}


def test_every_command_is_run_or_named() -> None:
    assert set(said_commands()) == set(RUN) | set(NOT_RUN)


@pytest.mark.django_db
@pytest.mark.usefixtures("own_chain")
@pytest.mark.parametrize("name", sorted(RUN))
def test_command_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    user: User = factories.UserFactory.create(username="dana")
    said, complained = StringIO(), StringIO()

    try:
        call_command(name, *RUN[name], stdout=said, stderr=complained)
    except CommandError as error:
        pytest.fail(f"manage.py {name} {' '.join(RUN[name])}: {error}")

    if name == "create_api_token":
        assert ApiToken.objects.get(user=user).scopes == ["read", "write"]


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    said = {found[1] for page in PAGES for span in spans(page) if (found := MAKE.match(span))}

    assert said - targets == set()
    assert said


def test_every_file_exists() -> None:
    """A page of one app may leave the app's own folder out."""
    missing = {
        (page.name, span)
        for page in PAGES
        for span in spans(page)
        if FILE.match(span) and not span[0].isdigit() and not is_there(span)
    }

    assert missing == set()


def is_there(path: str) -> bool:
    return any(next(ROOT.glob(f"{where}{path.rstrip('/')}"), None) for where in ("", "*/"))


def test_every_variable_is_read_somewhere() -> None:
    read = "".join(
        path.read_text()
        for where in ("config", "tests", "customers", "emails", "journeys", "outreach", "renewals")
        for path in (ROOT / where).rglob("*.py")
        if path != Path(__file__)
    )

    said = {found[1] for page in PAGES for span in spans(page) if (found := VARIABLE.match(span))}

    assert {name for name in said if f'"{name}"' not in read} == set()
    assert len(said) > 30


def test_every_call_of_the_api_has_an_address() -> None:
    calls = {(page.name, found[1]) for page in PAGES for span in spans(page) if (found := CALL.match(span))}

    assert {(page, path) for page, path in calls if not leads_somewhere(path)} == set()
    assert len(calls) > 20


def leads_somewhere(path: str) -> bool:
    parts = [PLACEHOLDERS.get(part, part) for part in path.split("/") if "…" not in part]
    try:
        resolve("/".join(parts))
    except Resolver404:
        return "…" in path
    return True
