"""Tell the clock that a backup was restored, or that it may go on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from journeys.services.restoring import confirm_clock, mark_restored


class Command(BaseCommand):
    help = "Have everything stand still after a restore, until it is confirmed at /clock/confirm or with --confirm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--confirm", action="store_true", help="go on; the lateness rules say what still runs")
        parser.add_argument(
            "--leave-out",
            action="store_true",
            help="with --confirm: do not run what fell due since the last tick on record, and take due letters back",
        )

    def handle(self, *args: Any, confirm: bool, leave_out: bool, **options: Any) -> None:
        now = timezone.now()
        if confirm:
            moved = confirm_clock(leaves_out=leave_out, now=now, by=None)
            self.stdout.write("The clock goes on." if moved else "Nothing stood still.")
        else:
            moved = mark_restored(now=now)
            words = "Everything stands still until it is confirmed." if moved else "It stands still already."
            self.stdout.write(words)
