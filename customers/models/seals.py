"""The chain over the record: a link per line, what waits for one, and when it was last verified."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.enums import CheckState, SealKind
from customers.models.base import Row
from customers.models.work import Activity, AppendOnly


class ForOpsQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ForOpsQuerySet:
        """The chain is looked after by ops."""
        is_anonymous = isinstance(user, AnonymousUser) or not user.is_active
        return self.none() if is_anonymous or not user.is_ops else self


class SealQuerySet(ForOpsQuerySet):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("the chain is only added to")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the chain is only added to")


class Seal(models.Model):
    """One link: which line stands at this place, and a keyed digest over that and the link before.

    mark: of the line as it was sealed, without the words themselves, so that they can be erased (promise 14).
    Guarded like the record: here, in the queryset, and by a trigger in the database.
    """

    speaks_of_nobody = True

    number = models.BigIntegerField(primary_key=True)
    line = models.OneToOneField(
        Activity, on_delete=models.DO_NOTHING, null=True, related_name="seal", db_constraint=False
    )
    kind = models.CharField(max_length=8, choices=SealKind.choices)
    mark = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = SealQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=SealKind.OPENING, line=None, number=1) | (~Q(kind=SealKind.OPENING) & ~Q(number=1)),
                name="seal_opens_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Link {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("the chain is only added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the chain is only added to")


class Unsealed(models.Model):
    """A line that waits for its link. A trigger of the database puts it here, whoever writes the line."""

    speaks_of_nobody = True

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Activity, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False)

    objects = ForOpsQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "unsealed line"

    def __str__(self) -> str:
        return str(self.line_id)


class RecordCheck(Row):
    """One time that the record was verified. faults: the first of those found; fault_count: all of them."""

    speaks_of_nobody = True

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=CheckState.choices, default=CheckState.QUEUED)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lines = models.BigIntegerField(default=0)
    fault_count = models.BigIntegerField(default=0)
    faults = models.JSONField(default=list)

    objects = ForOpsQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-asked_at"]
        constraints = [
            # Every row has the same value there, so that one of them at most waits or runs.
            models.UniqueConstraint(
                models.Value(1), condition=Q(state__in=["queued", "running"]), name="record_check_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=CheckState.DONE) | Q(finished_at__isnull=False), name="record_check_done_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"Verified at {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in (CheckState.QUEUED, CheckState.RUNNING)

    @property
    def is_broken(self) -> bool:
        return self.state == CheckState.FAILED

    @property
    def is_whole(self) -> bool:
        return self.state == CheckState.DONE and not self.fault_count
