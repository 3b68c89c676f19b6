"""`manage.py serve` whole: started, asked, stopped, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.management.commands import serve
from config.management.commands.serve import data_line, first_person_lines, mail_line
from customers.enums import Role
from customers.models import User

ROOT = Path(__file__).resolve().parent.parent.parent
READY_WITHIN_S = 60.0
STOPS_WITHIN_S = 20.0
SET_BY_A_SERVER = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL")


def start(folder: Path, *arguments: str, data_dir: Path | None = None, **options: Any) -> subprocess.Popen[str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL")
    }
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "serve", "--no-demo", *arguments],
        # As from anywhere: the children find the project by themselves.
        cwd=folder,
        env={**kept, "DATA_DIR": str(data_dir or folder), "DJANGO_SETTINGS_MODULE": "config.settings.embedded"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def read_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"ready at (\S+)", line)
        if found:
            return found[1]
    raise AssertionError("it ended before it was ready")


def ask(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=STOPS_WITHIN_S)
    finally:
        process.kill()


def test_serve_runs_web_and_clock_stops_with_0_and_starts_again_with_its_keys(tmp_path: Path) -> None:
    process = start(tmp_path, "--port", "0", preexec_fn=lambda: os.close(0))
    try:
        address = read_address(process)
        alive = ask(f"{address}/healthz")
        give_up_at = time.monotonic() + READY_WITHIN_S
        while (ready := ask(f"{address}/readyz"))[0] != 200 and time.monotonic() < give_up_at:
            time.sleep(0.2)
    finally:
        code = stop(process)

    assert alive == (200, '{"status": "ok"}')
    checks = ("database", "broker", "lastTick", "oldestDue", "noStandstill")
    assert json.loads(ready[1])["checks"] == dict.fromkeys(checks, True)
    assert code == 0
    kept = {name: (tmp_path / name).read_text() for name in ("secret_key", "field_key")}

    second = start(tmp_path, "--port", "0")
    try:
        read_address(second)
    finally:
        code = stop(second)

    assert {name: (tmp_path / name).read_text() for name in kept} == kept
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert code == 0


def test_serve_on_a_taken_port_says_how_to_choose_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        output, _ = process.communicate(timeout=READY_WITHIN_S)

    assert process.returncode != 0
    assert "make run PORT=" in output
    assert "Traceback" not in output


def test_serve_where_nothing_can_be_kept_says_so_and_how_to_choose_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    process = start(tmp_path, "--port", "0", data_dir=tmp_path / "file" / "data")
    output, _ = process.communicate(timeout=READY_WITHIN_S)

    assert process.returncode != 0
    assert "make run DATA_DIR=" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("outbound", "key", "line"),
    [
        ("off", "", "Sent mail is captured at http://here/mailbox; no mail leaves this machine."),
        ("on", "", "Sent mail is captured at http://here/mailbox; no mail leaves this machine."),
        ("off", "SG.x", "Sent mail is captured at http://here/mailbox; no mail leaves this machine."),
        ("on", "SG.x", "Mail leaves this machine, through sendgrid."),
    ],
)
def test_serve_says_where_mail_goes(settings: Any, outbound: str, key: str, line: str) -> None:
    settings.MAIL_PROVIDER, settings.OUTBOUND, settings.SENDGRID_API_KEY = "sendgrid", outbound, key

    assert mail_line("http://here") == line


@pytest.mark.parametrize(
    ("database", "line"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}, "Data is kept in /srv/desk."),
        (
            {"ENGINE": "django.db.backends.postgresql", "NAME": "desk", "HOST": "db", "PASSWORD": "hush"},
            "Data is kept in the database desk on db, its keys in /srv/desk.",
        ),
    ],
)
def test_serve_says_where_data_is_kept(monkeypatch: pytest.MonkeyPatch, database: dict[str, str], line: str) -> None:
    monkeypatch.setattr(serve, "settings", SimpleNamespace(DATABASES={"default": database}, DATA_DIR=Path("/srv/desk")))

    assert data_line() == line


@pytest.mark.django_db
def test_serve_repeats_the_folder_it_was_given_for_the_second_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/srv/my desk")
    monkeypatch.setenv("DATABASE_URL", "postgres://evergreen:hush@db/evergreen")

    command = first_person_lines()[-1]

    assert command.startswith("  DATA_DIR='/srv/my desk' DATABASE_URL=… ")
    assert "hush" not in command


@pytest.mark.django_db
def test_serve_says_how_to_make_the_first_person_while_nobody_can_sign_in() -> None:
    assert first_person_lines()[-1].endswith("manage.py createsuperuser")

    first = User.objects.create_superuser("olga", "olga@ours.example", "correct horse battery")

    assert first_person_lines() == []
    assert (first.role, first.is_staff, first.is_ops) == (Role.OPS, True, True)
