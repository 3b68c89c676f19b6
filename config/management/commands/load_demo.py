"""manage.py load_demo: load the demo book, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.colleagues import NameTaken, log_in_lines
from config.demo.loading import DemoFailed, is_loaded, load_demo


class Command(BaseCommand):
    help = "Load a demo book of 40 accounts over all ten stages, with its people; loaded once, however often called."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_loaded():
            self.stdout.write("The demo is loaded already.")
        else:
            try:
                count = load_demo(now=timezone.now())
            except (NameTaken, DemoFailed) as why:
                raise CommandError(str(why)) from None
            self.stdout.write(f"Loaded the demo: {count} accounts.")
        if options["verbosity"]:
            for line in log_in_lines():
                self.stdout.write(line)
