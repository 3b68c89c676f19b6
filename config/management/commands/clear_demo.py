"""manage.py clear_demo: take the demo book out again."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo.clearing import clear_demo
from config.demo.loading import is_loaded


class Command(BaseCommand):
    help = "Take out exactly what load_demo brought: its accounts with all that hangs on them, and its people."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_loaded():
            self.stdout.write("There is no demo here.")
            return
        cleared = clear_demo(now=timezone.now())
        self.stdout.write(f"Taken out: {cleared.accounts} accounts and {cleared.people} people of the demo.")
        if cleared.stayed:
            self.stdout.write(f"Kept, as they have accounts of their own: {', '.join(cleared.stayed)}.")
