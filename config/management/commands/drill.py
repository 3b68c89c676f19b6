"""Put a promise to the test with processes, threads and faults, and print JSON lines: `manage.py drill sends`."""

from __future__ import annotations

import json
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from inspect import signature
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.drills.choice import DRILLS
from config.drills.table import FAILED, LEFT_OUT, draw_table, ended


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
        # Whoever ends it ends its processes too: they stand in sessions of their own.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        lines = []
        for name in sorted(DRILLS) if "all" in names else names:
            for line in _run(name, count=count, seed=seed, seconds=seconds):
                self.stdout.write(json.dumps(line, default=str))
                self.stdout.flush()
                lines.append(line)
        if table or len(names) > 1 or "all" in names:
            self.stderr.write(draw_table(lines), style_func=str)
        if left_out := _list_names(lines, LEFT_OUT):
            self.stderr.write(f"Left out, neither passed nor failed: {', '.join(left_out)}", style_func=str)
        if failed := _list_names(lines, FAILED):
            raise CommandError(f"Not passed: {', '.join(failed)}")


def _run(name: str, *, count: int, seed: int, seconds: float | None) -> Iterator[dict[str, Any]]:
    """The lines of one drill; one that breaks has not passed, and keeps no other from being run."""
    drill = DRILLS[name]
    asked = {"seconds": seconds} if seconds and "seconds" in signature(drill).parameters else {}
    began = time.monotonic()
    try:
        for line in drill(count=count, seed=seed, **asked):
            yield {"drill": name, **line, "drill_s": round(time.monotonic() - began, 1)}
            began = time.monotonic()
    except Exception as error:  # whatever it is: it is said, and the others are run
        yield {"drill": name, "error": f"{type(error).__name__}: {error}"[:1000], "passed": False}


def _list_names(lines: list[dict[str, Any]], how: str) -> list[str]:
    """The drills of which a line ended so, each once."""
    return list(dict.fromkeys(line["drill"] for line in lines if ended(line) == how))
