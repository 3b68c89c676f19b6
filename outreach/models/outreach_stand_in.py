"""What Outreach.io's stand-in keeps, so that every process sees the same: its things, its grants, its own state."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import WorkspaceQuerySet
from customers.models.workspace import ONLY_ID
from outreach.rules.outreach_io.limits import CALLS_PER_HOUR


class StandInThing(models.Model):
    """One resource there; its number is its id. kind: their type ("sequenceState").

    links: name of the relationship → [type, id]. text: what it is found by in small letters, each part between bars.
    next_at: when the stand-in goes on with it by itself.
    """

    goes_whole = ("attributes", "text")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    attributes = models.JSONField(default=dict)
    links = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    prospect_number = models.BigIntegerField(null=True, blank=True)
    sequence_number = models.BigIntegerField(null=True, blank=True)
    state_number = models.BigIntegerField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = "thing at Outreach.io's stand-in"
        verbose_name_plural = "things at Outreach.io's stand-in"
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["prospect_number", "sequence_number"],
                condition=Q(kind="sequenceState"),
                name="outreach_standin_once_in_sequence",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "changed_at", "id"], name="outreach_standin_changed"),
            models.Index(fields=["kind", "sequence_number"], name="outreach_standin_sequence"),
            models.Index(fields=["kind", "state_number"], name="outreach_standin_state"),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="outreach_standin_next"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class StandInGrant(models.Model):
    """A code or a token that the stand-in gave out, by its digest. family: what is revoked together."""

    digest = models.CharField(max_length=64, primary_key=True, editable=False)
    kind = models.CharField(max_length=8)
    family = models.UUIDField()
    scopes = models.JSONField(default=list)
    challenge = models.CharField(max_length=128, blank=True)
    redirect_uri = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = "grant of Outreach.io's stand-in"
        verbose_name_plural = "grants of Outreach.io's stand-in"
        indexes = [models.Index(fields=["family"], name="outreach_standin_family")]

    def __str__(self) -> str:
        return f"{self.kind} until {self.expires_at:%Y-%m-%d %H:%M}"


class StandInDesk(models.Model):
    """How many calls the stand-in took in its hour, how many it takes, and when it gave its last grant; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    calls_limit = models.PositiveIntegerField(default=CALLS_PER_HOUR)
    calls_used = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(null=True, blank=True)
    refused_calls = models.PositiveIntegerField(default=0)
    grant_pause_s = models.PositiveIntegerField(default=60)
    last_grant_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "state of Outreach.io's stand-in"
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="outreach_standin_one_desk")]

    def __str__(self) -> str:
        return f"{self.calls_used} of {self.calls_limit} calls"


class StandInNews(models.Model):
    """A webhook's call that the stand-in has to make. signature: over the body, under the webhook's secret."""

    goes_whole = ("body",)

    id = models.BigAutoField(primary_key=True)
    url = models.CharField(max_length=500)
    event = models.CharField(max_length=60)
    body = models.TextField()
    signature = models.CharField(max_length=64, blank=True, editable=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    answer = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "news of Outreach.io's stand-in"
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="outreach_standin_news_due")]

    def __str__(self) -> str:
        return self.event
