"""The drill command: says what it saw as JSON, and ends badly when a promise did not hold."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command

from config.drills.choice import DRILLS
from config.drills.fake_sendgrid import Weather, fake_sendgrid
from config.drills.scanner import find_links
from config.management.commands import drill
from emails.providers.sendgrid import DRAFT_ARG


def call(base: str, letter: str) -> int:
    body = json.dumps({"personalizations": [{"custom_args": {DRAFT_ARG: letter}}]}).encode()
    try:
        with urlopen(Request(f"{base}/v3/mail/send", data=body, method="POST"), timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize(("passed", "ends_well"), [(True, True), (False, False)])
def test_drill_that_did_not_pass_ends_badly(passed: bool, ends_well: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def play(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"count": count, "passed": passed}

    monkeypatch.setitem(DRILLS, "sends", play)
    out = StringIO()

    try:
        call_command("drill", "sends", count=7, stdout=out)
        ended_well = True
    except CommandError:
        ended_well = False

    assert ended_well == ends_well
    line = json.loads(out.getvalue())
    assert line.pop("drill_s") >= 0
    assert line == {"drill": "sends", "count": 7, "passed": passed}


def test_all_goes_on_after_a_drill_that_breaks_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"fault": "first", "passed": True}
        raise RuntimeError("no more")

    def refused(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"duplicates": 3, "lost": 0, "passed": False}

    def missing(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"left_out": "no server", "passed": None}

    def fine(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"duplicates": 0, "recovery_s": 1.5, "passed": True}

    monkeypatch.setattr(drill, "DRILLS", {"a": broken, "b": refused, "c": missing, "d": fine})
    out, said = StringIO(), StringIO()

    with pytest.raises(CommandError, match=r"^Not passed: a, b$"):
        drill.Command(stdout=out, stderr=said).handle(names=["all"], count=1, seed=1, seconds=None, table=False)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["drill"], line["passed"]) for line in lines] == [
        ("a", True), ("a", False), ("b", False), ("c", None), ("d", True)
    ]  # fmt: skip
    assert lines[1]["error"] == "RuntimeError: no more"
    table = [row.split() for row in said.getvalue().splitlines()]
    assert ["b", "NO", "3", "0", "0.0"] in table
    assert ["d", "yes", "0", "1.5", "0.0"] in table
    assert "Left out, neither passed nor failed: c" in said.getvalue()


def test_run_that_is_interrupted_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []

    def fine(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        yield {"passed": True}

    def interrupted(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            yield {"passed": True}
        finally:
            ended.append("what it had begun")

    monkeypatch.setattr(drill, "DRILLS", {"a": fine, "b": interrupted, "c": fine})
    out, said = StringIO(), StringIO()

    with pytest.raises(CommandError, match="before all was tried") as caught:
        drill.Command(stdout=out, stderr=said).handle(names=["all"], count=1, seed=1, seconds=None, table=False)

    assert caught.value.returncode == 130
    assert [json.loads(line)["drill"] for line in out.getvalue().splitlines()] == ["a"]
    assert ["a", "yes", "0.0"] in [row.split() for row in said.getvalue().splitlines()]
    assert ended == ["what it had begun"]


def test_run_that_leaves_something_behind_has_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[subprocess.Popen[bytes]] = []

    def untidy(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
        forgotten.append(subprocess.Popen(["sleep", "600"], start_new_session=True))
        yield {"passed": True}

    monkeypatch.setattr(drill, "DRILLS", {"a": untidy})
    out = StringIO()

    with pytest.raises(CommandError, match=r"^Not passed: left behind$"):
        drill.Command(stdout=out, stderr=StringIO()).handle(names=["a"], count=1, seed=1, seconds=None, table=False)

    assert json.loads(out.getvalue().splitlines()[-1])["processes"] == 1
    assert forgotten[0].wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("weather", "status", "is_taken", "is_unanswered"),
    [
        (Weather(hang=0, broken=0, too_many=0, latency_s=0), 202, True, False),
        (Weather(hang=0, broken=0, too_many=1, latency_s=0), 429, False, False),
        (Weather(hang=0, broken=1, too_many=0, latency_s=0), 500, None, True),
    ],
)
def test_stand_in_remembers_what_it_took(
    weather: Weather, status: int, is_taken: bool | None, is_unanswered: bool
) -> None:
    with fake_sendgrid(weather) as (base, ledger):
        answered = call(base, "letter")

    assert answered == status
    assert ("letter" in ledger.unanswered) == is_unanswered
    assert is_taken is None or ("letter" in ledger.accepted) == is_taken


def test_scanner_finds_links_in_headers_text_and_html(settings: Any) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    raw = (
        b"List-Unsubscribe: <https://desk.example/u/one>\r\nContent-Type: text/html\r\n\r\n"
        b'<a href="https://desk.example/u/two">stop</a> https://elsewhere.example/three\r\n'
    )

    assert find_links(raw) == {"https://desk.example/u/one", "https://desk.example/u/two"}


def test_page_says_of_every_drill_what_it_does() -> None:
    rows = (Path(__file__).resolve().parents[2] / "docs" / "drills.md").read_text().split("## What was seen")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)) == set(DRILLS)
