"""What each account needs next, as it stood when the clock last looked, on PostgreSQL; and which may need another now.

Kept in the order of the book: a page of it is read from an index. Triggers list the accounts of which something changes
that the step hangs on; from when on it is another by the mere day stands on the line (`services/step_lines.py`). Who
reads the order decides on these anew, and takes the lines of the others (`queries/step_lines.py`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.seals import ForOpsQuerySet


class StepLine(models.Model):
    """The next step of one account. By its id alone: it may be gone by now.

    action: its place among all, the most pressing first. since: from when on it waits; nobody: it waits for nobody.
    until_at: when a day begins at the customer from which on it may be another; None for never. Tasks are due on the
    reader's day: it holds from todo_begun on, until todo_until begins.
    """

    account = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    action = models.SmallIntegerField()
    since = models.DateField(null=True)
    nobody = models.BooleanField()
    without_contract = models.BooleanField(db_default=True)
    until_at = models.DateTimeField(null=True)
    todo_begun = models.DateField(null=True)
    todo_until = models.DateField(null=True)

    objects = ForOpsQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["action", "name", "account"], name="stepline_by_action"),
            models.Index(fields=["-action", "name", "account"], name="stepline_by_action_down"),
            models.Index(fields=["nobody", "since", "name", "account"], name="stepline_by_since"),
            models.Index(fields=["nobody", "-since", "name", "account"], name="stepline_by_since_down"),
            models.Index(fields=["name", "account"], condition=Q(without_contract=True), name="stepline_no_contract"),
            models.Index(fields=["until_at"], name="stepline_until"),
            models.Index(fields=["todo_begun"], condition=Q(todo_begun__isnull=False), name="stepline_todo_begun"),
            models.Index(fields=["todo_until"], condition=Q(todo_until__isnull=False), name="stepline_todo_until"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.action}"


class StepChange(models.Model):
    """An account of which something was written since its line was."""

    account = models.UUIDField()

    objects = ForOpsQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.account)
