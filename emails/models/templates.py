"""Templates of mails: a key, and its texts as numbered versions. What was published is never changed."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from customers.models.base import Row, WorkspaceQuerySet
from emails.enums import Audience


class PublishedIsKept(Exception):
    """Raised when something tries to change or remove a published version: mails stand on it."""


class MailTemplate(Row):
    """One kind of mail. key: by which code asks for it; the names it may use are registered under it."""

    speaks_of_nobody = True

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.CLIENT)

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["audience", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_clients(self) -> bool:
        return self.audience == Audience.CLIENT


class MailTemplateVersionQuerySet(WorkspaceQuerySet):
    """Guarded three times, like the record: here, in the model, and by a trigger in the database."""

    def update(self, **kwargs: Any) -> int:
        self._check_are_drafts()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check_are_drafts()
        return super().delete()

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def _check_are_drafts(self) -> None:
        if self.published().exists():
            raise PublishedIsKept("a published version is never changed")


class MailTemplateVersion(Row):
    """One text of a template; a draft until it is published. The last published one is the template's text.

    speaks_of_nobody: it is written for everybody, so that erasing a contact leaves it alone.
    """

    speaks_of_nobody = True

    template = models.ForeignKey(MailTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    body = models.TextField(help_text="{{name}} stands for a value; [Words]({{link}}) on its own line is a button.")
    note = models.CharField(max_length=300, blank=True, help_text="What is new in it.")
    edit = models.PositiveIntegerField(default=1, help_text="Grows with every change of a draft.")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[Any] = MailTemplateVersionQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="mail_template_version_once"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(published_at=None), name="mail_template_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and type(self).objects.filter(pk=self.pk, published_at__isnull=False).exists():
            raise PublishedIsKept("a published version is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if self.is_published:
            raise PublishedIsKept("a published version is never removed")
        return super().delete(*args, **kwargs)
