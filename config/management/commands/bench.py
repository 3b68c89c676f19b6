"""Measure one part of the product and print JSON lines: `manage.py bench pages rules`."""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.benchmarks import BENCHMARKS


class Command(BaseCommand):
    help = "Measure parts of the product; each prints JSON lines. Works on a scratch database that it makes and drops."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=sorted(BENCHMARKS), metavar="NAME")
        parser.add_argument("--accounts", type=int, default=10_000)
        parser.add_argument("--repeats", type=int, default=40)
        parser.add_argument("--only", default="", metavar="REGEX", help="measure the pages whose name and query fit")

    def handle(self, *, names: list[str], accounts: int, repeats: int, only: str, **options: Any) -> None:
        logging.getLogger("django.request").setLevel(logging.CRITICAL)  # pages are tried for several people
        for name in names:
            for line in BENCHMARKS[name](accounts=accounts, repeats=repeats, only=only):
                self.stdout.write(json.dumps({"bench": name, **line}, default=str))
                self.stdout.flush()
