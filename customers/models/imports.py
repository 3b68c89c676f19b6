"""Books that were imported, and what each changed, so that it can be undone."""

from __future__ import annotations

from django.db import models

from customers.enums import ImportState
from customers.models.base import OwnQuerySet, Row
from customers.rules.persons import OfPerson


class ImportRun(Row):
    """One import: the files, the mapping, the counts. The row is the job."""

    user = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="import_runs")
    kind = models.CharField(max_length=20, default="book", help_text="book, or demo for the demo's.")
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    filename = models.CharField(max_length=255, blank=True)
    content = models.BinaryField(default=bytes)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    goes_whole = ("report",)
    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "updated_at"], name="import_run_state")]

    def __str__(self) -> str:
        return self.filename or str(self.id)


class ImportChangeQuerySet(models.QuerySet["ImportChange"]):
    def visible_to(self, user: object) -> ImportChangeQuerySet:
        return self.filter(run__in=ImportRun.objects.visible_to(user))  # type: ignore[arg-type]


class ImportChange(models.Model):
    """One row that an import made (before is empty) or changed (the fields' old and new values)."""

    # Indexed with its kind, below.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    before = models.JSONField(null=True)
    after = models.JSONField(default=dict)

    of_person = OfPerson(by=("object_id",), words=("before", "after"))
    objects = ImportChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "object_id"]),
            models.Index(fields=["run", "kind", "object_id"], name="import_change_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
