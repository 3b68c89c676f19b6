"""Measure one part of the product and print JSON lines: `manage.py bench pages rules`."""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser
from collections.abc import Callable
from inspect import signature
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.benchmarks.choice import BENCHMARKS
from config.benchmarks.scratch import Meter

VENDORS = {"postgres": "postgresql", "sqlite": "sqlite"}


class Command(BaseCommand):
    help = "Measure parts of the product; each prints JSON lines. Works on a scratch database that it makes and drops."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=sorted(BENCHMARKS), metavar="NAME")
        parser.add_argument("--accounts", type=int, default=10_000)
        parser.add_argument("--repeats", type=int, default=40)
        parser.add_argument(
            "--clients", type=int, default=1_000, help="whose journeys are started and shifted together"
        )
        parser.add_argument("--reminders", type=int, default=5_000, help="how many are drained at once")
        parser.add_argument("--enrollments", type=int, default=5_000, help="how many people are put into a sequence")
        parser.add_argument("--letters", type=int, default=200, help="how many leave in each run through the provider")
        parser.add_argument("--rows", type=int, default=100_000, help="how many rows the clock's table grows to")
        parser.add_argument("--db", choices=sorted(VENDORS), help="refuse to measure on another database than this")
        parser.add_argument("--only", default="", metavar="REGEX", help="measure the pages whose name and query fit")
        parser.add_argument("--anew", action="store_true", help="keep nothing of the book from one view to the next")

    def handle(self, *, names: list[str], db: str | None, **options: Any) -> None:
        if db and connection.vendor != VENDORS[db]:
            raise CommandError(f"This is {connection.vendor}. Set DATABASE_URL to a {db} address.")
        logging.getLogger("django.request").setLevel(logging.CRITICAL)  # pages are tried for several people
        meter = Meter()
        for name in names:
            for line in BENCHMARKS[name](**_taken_by(BENCHMARKS[name], options)):
                told = {"bench": name, "database": connection.vendor, "workers": 1, **line, **meter.read()}
                self.stdout.write(json.dumps(told, default=str))
                self.stdout.flush()


def _taken_by(benchmark: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any]:
    """Of the options those that the benchmark knows."""
    return {name: value for name, value in options.items() if name in signature(benchmark).parameters}
