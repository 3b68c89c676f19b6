"""Put a promise to the test with processes, threads and faults, and print JSON lines: `manage.py drill sends`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from inspect import signature
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.drills.choice import DRILLS


class Command(BaseCommand):
    help = "Try to break what Evergreen promises. Works on a scratch database; calls nothing outside this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=[*sorted(DRILLS), "all"], metavar="NAME")
        parser.add_argument("--count", type=int, default=600, help="letters, toggles or calls, as the drill counts")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--seconds", type=float, help="how long processes are killed, where the drill asks")

    def handle(self, *, names: list[str], count: int, seed: int, seconds: float | None, **options: Any) -> None:
        wanted = sorted(DRILLS) if "all" in names else names
        failed = []
        for name in wanted:
            drill = DRILLS[name]
            asked = {"seconds": seconds} if seconds and "seconds" in signature(drill).parameters else {}
            for line in drill(count=count, seed=seed, **asked):
                self.stdout.write(json.dumps({"drill": name, **line}, default=str))
                self.stdout.flush()
                if not line["passed"]:
                    failed.append(name)
        if failed:
            raise CommandError(f"Not passed: {', '.join(failed)}")
