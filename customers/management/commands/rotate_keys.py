"""manage.py rotate_keys: seal what is encrypted at rest with the newest of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.services.digests import sealer
from customers.services.keys import CannotOpen, rotate_keys


class Command(BaseCommand):
    help = "Seal what is encrypted at rest with the newest of FIELD_KEYS. Afterwards the older keys can be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sealer()
            done = rotate_keys(now=timezone.now(), by=None)
        except (CannotOpen, ImproperlyConfigured, ValueError) as why:
            raise CommandError(str(why)) from None
        self.stdout.write(
            f"{done.changed} sealed anew, {done.unchanged} sealed with the newest key already. "
            "Only the first of FIELD_KEYS is needed from now on."
        )
