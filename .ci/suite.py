"""Linter, types and the whole suite: on SQLite always, on PostgreSQL and with Redis where they answer."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SECONDS_TO_ANSWER = 2
POSTGRES_GUESSES = (
    "postgres://postgres@127.0.0.1:5432/postgres",
    "postgres://{user}@127.0.0.1:5432/postgres",
    "postgres://postgres:postgres@127.0.0.1:5432/postgres",
)
REDIS_GUESS = "redis://127.0.0.1:6379/15"
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")


@dataclass
class Run:
    """What was run, what failed, and what was left out with the reason."""

    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def step(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        say(f"\n=== {name}")
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL).returncode  # noqa: S603
        say(f"=== {name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)")
        if code != 0:
            self.failed.append(name)

    def wait_for(self, name: str, process: subprocess.Popen[str]) -> None:
        """This will wait for what was started beside the steps before, and show what it said where it failed."""
        said, _ = process.communicate()
        say(f"\n=== {name}: {'ok' if process.returncode == 0 else 'FAILED'}")
        if process.returncode != 0:
            say(said)
            self.failed.append(name)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def find_postgres() -> str | None:
    """This will give the address of a server that answers and where we may make databases."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        guesses: tuple[str, ...] = (given,) if given.startswith("postgres") else ()
    else:
        user = os.environ.get("USER") or os.environ.get("LOGNAME") or "root"
        guesses = tuple(guess.format(user=user) for guess in POSTGRES_GUESSES)
    return next((address for address in guesses if may_make_databases(address)), None)


def may_make_databases(address: str) -> bool:
    server = address.rsplit("/", 1)[0] + "/postgres"
    try:
        with psycopg.connect(server, connect_timeout=SECONDS_TO_ANSWER) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def find_redis() -> str | None:
    address = os.environ.get("REDIS_URL") or REDIS_GUESS
    try:
        with redis.Redis.from_url(
            address, socket_connect_timeout=SECONDS_TO_ANSWER, socket_timeout=SECONDS_TO_ANSWER
        ) as client:
            client.ping()
        return address
    except (redis.RedisError, ValueError):
        return None


def environment_for(*, database: str | None, broker: str | None, compiled: str) -> dict[str, str]:
    """This will give the suite's environment; nothing of a production or embedded set-up leaks into it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE")
    }
    kept["DJANGO_SETTINGS_MODULE"] = "config.settings.testing"
    # Tests are compiled once for all workers and both databases: it takes longer than most of them run.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept["PYTHONPYCACHEPREFIX"] = compiled
    if database:
        kept["DATABASE_URL"] = database
    if broker:
        kept["REDIS_URL"] = broker
    return kept


def own_database(server: str) -> str:
    """This will name a database of this run's own, so that two runs on one server do not meet."""
    return f"{server.rsplit('/', 1)[0]}/evergreen_{os.getpid()}"


@contextmanager
def empty_database(address: str | None) -> Iterator[None]:
    """This will keep an empty database at `address` for as long as the run needs it; nothing where there is none."""
    if address is None:
        yield
        return
    server, name = address.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"')


def start_migrating(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """This will migrate, beside the linters, the database that each process of the suite takes a copy of.

    Two minutes of CPU otherwise: two processes would each migrate on either database.
    """
    command = [str(BIN / "python"), "manage.py", "migrate", "--verbosity", "0"]
    return subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> int:
    found = find_postgres()
    postgres = own_database(found) if found else None
    with tempfile.TemporaryDirectory(prefix="evergreen-suite-") as folder, empty_database(postgres):
        return run_all(Path(folder), postgres)


def run_all(folder: Path, postgres: str | None) -> int:
    run = Run()
    broker = find_redis()
    compiled = str(folder / "compiled")
    plain = environment_for(database=None, broker=broker, compiled=compiled)
    with_postgres = environment_for(database=postgres, broker=broker, compiled=compiled)
    python = str(BIN / "python")
    suite = [python, "-m", "pytest", "-q", "-n", "2", "--durations", "10"]
    migrating = start_migrating({**plain, "DATA_DIR": str(folder)})
    migrating_postgres = start_migrating(with_postgres) if postgres else None

    run.step("Linter", [str(BIN / "ruff"), "check", "."], plain)
    run.step("Format", [str(BIN / "ruff"), "format", "--check", "."], plain)
    run.step("Types", [str(BIN / "mypy")], plain)
    run.step("Migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"], plain)
    run.wait_for("Migrating SQLite", migrating)
    run.step("Suite on SQLite", suite, {**plain, "TEST_TEMPLATE": str(folder / "evergreen.sqlite3")})
    if postgres and migrating_postgres:
        run.wait_for("Migrating PostgreSQL", migrating_postgres)
        with_postgres["TEST_TEMPLATE"] = postgres.rsplit("/", 1)[1]
        say("\nOn PostgreSQL: not again the tests that open no database (pytest-django would refuse them one), the")
        say("browser's, nor by day those marked any_database; they ran on SQLite, above.")
        run.step("Suite on PostgreSQL", [*suite, "--database", "only"], with_postgres)
    else:
        run.left_out.append("the suite on PostgreSQL (DATABASE_URL or a server on 127.0.0.1:5432)")
    if not broker:
        run.left_out.append("the tests that need Redis (REDIS_URL or a server on 127.0.0.1:6379)")
    if not any(shutil.which(browser) for browser in BROWSERS):
        run.left_out.append("the browser tests (Debian package chromium-headless-shell)")
    return conclude(run)


def conclude(run: Run) -> int:
    say("")
    for what in run.left_out:
        say(f"Left out: {what}")
    if run.failed:
        say(f"FAILED: {', '.join(run.failed)}")
        return 1
    say("All of it passed." if not run.left_out else "Everything else passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
