"""Run the clock by hand: once, or through time up to a moment."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from journeys.services.clock import tick, tick_as_of, tick_until


class Command(BaseCommand):
    help = "Run what is due; the same code as beat. Prints what was done as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", type=moment, metavar="ISO", help="the moment to take for now")
        parser.add_argument("--until", type=moment, metavar="ISO", help="go on, moment by moment, up to this one")

    def handle(self, *args: Any, **options: Any) -> None:
        asked, until = options["now"], options["until"]
        now = asked or timezone.now()
        if until is not None and until < now:
            raise CommandError("--until must not be before now.")
        run = tick_as_of if asked else tick
        report = tick_until(now=now, until=until) if until else run(now=now)
        self.stdout.write(json.dumps(report.as_json()))


def moment(text: str) -> datetime:
    """This will read an ISO 8601 moment; one without an offset is UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no ISO 8601 moment; write 2026-03-04T15:00:00Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
