"""The files that old rows went to."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.models.base import Row
from customers.models.people import User
from customers.rules.access import sees_everything
from customers.rules.archives import file_name


class ArchiveFileQuerySet(models.QuerySet["ArchiveFile"]):
    """A file holds rows of all accounts: only those who see every account may see that it is there."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.none()


class ArchiveFile(Row):
    """One file: the old rows of a table whose moment lies in a month. Whoever adds to it has this row locked.

    size: so many bytes are on disk for certain; what stands behind them was written by a run that did not end.
    deleting_before: set within the transaction that removes rows, for the guard of tables that are only added to.
    """

    table_label = models.CharField(max_length=80)
    month = models.DateField(help_text="Its first day.")
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    deleting_before = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArchiveFileQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-month", "table_label"]
        constraints = [
            models.UniqueConstraint(fields=["table_label", "month"], name="archive_file_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="archive_file_of_whole_month"),
        ]
        indexes = [
            models.Index(
                fields=["table_label"], condition=Q(deleting_before__isnull=False), name="archive_file_deleting"
            )
        ]

    def __str__(self) -> str:
        return file_name(self.table_label, self.month)
