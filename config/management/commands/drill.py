"""Put a promise to the test with processes, threads and faults, and print JSON lines: `manage.py drill sends`."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Generator
from contextlib import closing, suppress
from inspect import signature
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.drills.blank import kept_blank, name_scratch
from config.drills.choice import DRILLS
from config.drills.place import ended_once, own_place
from config.drills.table import FAILED, LEFT_OUT, draw_table, ended

LEAVES_NONE = ("processes", "mounts", "databases")
ENDED_EARLY = 130
"""As a shell says of what Ctrl-C has ended."""


class Command(BaseCommand):
    help = "Try to break what Evergreen promises. Works on a scratch database; calls nothing outside this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=[*sorted(DRILLS), "all"], metavar="NAME")
        parser.add_argument("--count", type=int, default=600, help="letters, toggles or calls, as the drill counts")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--seconds", type=float, help="how long processes are killed, where the drill asks")
        parser.add_argument("--table", action="store_true", help="draw the figures as a table in the end, on stderr")

    def handle(
        self, *, names: list[str], count: int, seed: int, seconds: float | None, table: bool, **options: Any
    ) -> None:
        lines: list[dict[str, Any]] = []
        chosen = list(DRILLS) if "all" in names else names
        is_whole = False
        # Whoever ends it ends its processes too: they stand in sessions of their own.
        with ended_once(), suppress(KeyboardInterrupt):
            with own_place(_name_databases()) as left, kept_blank():
                for name in chosen:
                    with closing(_run(name, count=count, seed=seed, seconds=seconds)) as played:
                        for line in played:
                            self._say(line, lines)
            # Files do not count: processes that a drill kills leave theirs, which go with the run's folder.
            if any(left.get(what) for what in LEAVES_NONE):
                self._say({"drill": "left behind", **left, "passed": False}, lines)
            is_whole = True
        if table or len(chosen) > 1:
            self.stderr.write(draw_table(lines), style_func=str)
        if left_out := _list_names(lines, LEFT_OUT):
            self.stderr.write(f"Left out, neither passed nor failed: {', '.join(left_out)}", style_func=str)
        if not is_whole:
            raise CommandError("Ended before all was tried.", returncode=ENDED_EARLY)
        if failed := _list_names(lines, FAILED):
            raise CommandError(f"Not passed: {', '.join(failed)}")

    def _say(self, line: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        self.stdout.write(json.dumps(line, default=str))
        self.stdout.flush()
        lines.append(line)


def _run(name: str, *, count: int, seed: int, seconds: float | None) -> Generator[dict[str, Any]]:
    """The lines of one drill; one that breaks has not passed, and keeps no other from being run."""
    drill = DRILLS[name]
    asked = {"seconds": seconds} if seconds and "seconds" in signature(drill).parameters else {}
    began = time.monotonic()
    played = drill(count=count, seed=seed, **asked)
    try:
        for line in played:
            yield {"drill": name, **line, "drill_s": round(time.monotonic() - began, 1)}
            began = time.monotonic()
    except Exception as error:  # whatever it is: it is said, and the others are run
        yield {"drill": name, "error": f"{type(error).__name__}: {error}"[:1000], "passed": False}
    finally:
        # At once, also where it is interrupted between two lines: what it has begun ends before all is looked over.
        if isinstance(played, Generator):
            played.close()


def _name_databases() -> dict[str, Any] | None:
    """How the scratch databases of this run begin, and where they are; SQLite's lie in the run's folder."""
    if connection.vendor != "postgresql":
        return None
    kept = connection.settings_dict
    there = {"dbname": kept["NAME"], "host": kept["HOST"], "port": kept["PORT"], "user": kept["USER"]}
    there = {name: str(value) for name, value in {**there, "password": kept["PASSWORD"]}.items() if value}
    return {"prefix": f"{kept['NAME']}_{name_scratch()}", **there}


def _list_names(lines: list[dict[str, Any]], how: str) -> list[str]:
    """The drills of which a line ended so, each once."""
    return list(dict.fromkeys(line["drill"] for line in lines if ended(line) == how))
