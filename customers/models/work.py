"""What is to be done and what was done: to-dos, and the record that is only ever added to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from customers.enums import TodoActor, TodoState
from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row
from customers.rules.persons import OfPerson


class Todo(CustomerRow):
    """One task at an account, of a person or of the machine; unique where `key` names it."""

    of_person = OfPerson(by=("source_id",), words=("title", "detail", "metadata"))

    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    actor = models.CharField(max_length=5, choices=TodoActor.choices, default=TodoActor.CSM)
    kind = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="todos")
    due_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=TodoState.choices, default=TodoState.OPEN)
    waits_since = models.DateTimeField(help_text="When it became a person's turn.")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=200, blank=True, help_text="Names the task, so that it is made once.")
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(CustomerRow.Meta):
        verbose_name = "to-do"
        ordering = ["due_date", "created_at"]
        indexes = [
            models.Index(
                fields=["customer", "actor", "due_date", "waits_since"],
                condition=Q(state=TodoState.OPEN),
                name="todo_open_at_account",
            ),
            models.Index(fields=["owner", "due_date"], condition=Q(state=TodoState.OPEN), name="todo_open_mine"),
            models.Index(fields=["source_kind", "source_id"], name="todo_source"),
            models.Index(fields=["created_at"], name="todo_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], condition=~Q(key=""), name="todo_key_once"),
            models.CheckConstraint(
                condition=~Q(state=TodoState.DONE) | Q(done_at__isnull=False), name="todo_done_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AppendOnly(Exception):
    """Raised when something tries to change or remove a row of the record."""


class ActivityQuerySet(CustomerScopedQuerySet):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("the record is only added to")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the record is only added to")


class Activity(Row):
    """One thing that was done, by whom. Never changed, never removed; outlives the customer row.

    Guarded three times: here, in the queryset, and by a trigger in the database. The chain over the lines is
    `customers.models.seals`.
    """

    of_person = OfPerson(by=("subject_id",), words=("summary", "data", "actor_name"))

    # No constraint in the database: the line stays when the customer goes. An index below begins with the customer;
    # nothing asks for all that one person did.
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="activities",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        "customers.User",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    actor_name = models.CharField(max_length=200, blank=True)
    summary = models.CharField(max_length=500)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    said_digest = models.CharField(
        max_length=64, null=True, blank=True, help_text="Of what was said, once a person's name was erased from it."
    )
    mark = models.CharField(
        max_length=32, null=True, blank=True, help_text="Made with the workspace's key as the line was written."
    )
    wiped_mark = models.CharField(
        max_length=32, null=True, blank=True, help_text="The same of the words that an erasure left."
    )

    objects = ActivityQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-at", "-created_at"]
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["customer", "-at"]),
            models.Index(fields=["subject_kind", "subject_id"], name="activity_subject"),
            models.Index(fields=["-at"]),
        ]

    def __str__(self) -> str:
        return self.summary

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("the record is only added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the record is only added to")
