"""Outreach.io as this workspace knows it: the one connection, what was discovered there, and consents under way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import OwnQuerySet, Row, WorkspaceQuerySet
from customers.models.workspace import ONLY_ID
from outreach.enums import ConnectionState
from outreach.rules.outreach_io.limits import CALLS_PER_HOUR
from outreach.rules.outreach_io.rates import Rate, rate_of
from outreach.rules.outreach_io.words import step_words


class OutreachConnection(models.Model):
    """The workspace's connection; one row.

    server: where its tokens are from; they are sent nowhere else. sealed_access, sealed_refresh: encrypted with
    FIELD_KEYS, never shown. lease, lease_until: who asks for new tokens just now. rate_used: calls counted in the
    window that ends at rate_resets_at; blocked_until: no call before, as the vendor said.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    state = models.CharField(max_length=12, choices=ConnectionState.choices, default=ConnectionState.DISCONNECTED)
    server = models.CharField(max_length=300, blank=True)
    sealed_access = models.TextField(blank=True, editable=False)
    sealed_refresh = models.TextField(blank=True, editable=False)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    scopes = models.JSONField(default=list, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    connected_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it has to be connected again.")
    last_grant_at = models.DateTimeField(null=True, blank=True)
    grants = models.PositiveIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    rate_limit = models.PositiveIntegerField(default=CALLS_PER_HOUR)
    rate_used = models.PositiveIntegerField(default=0)
    rate_resets_at = models.DateTimeField(null=True, blank=True)
    rate_is_told = models.BooleanField(default=False, help_text="The window is theirs, not our guess.")
    blocked_until = models.DateTimeField(null=True, blank=True)
    webhook_ids = models.JSONField(default=list, blank=True)
    discovered_at = models.DateTimeField(null=True, blank=True)
    discover_next_at = models.DateTimeField(null=True, blank=True)
    discover_error = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "connection to Outreach.io"
        indexes = [
            models.Index(
                fields=["discover_next_at"],
                condition=Q(state=ConnectionState.CONNECTED),
                name="outreach_discover_due",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY_ID), name="outreach_connection_one_row"),
            models.CheckConstraint(
                condition=Q(state__in=ConnectionState.values), name="outreach_connection_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=ConnectionState.CONNECTED)
                | (~Q(sealed_refresh="") & ~Q(server="") & Q(connected_at__isnull=False)),
                name="outreach_connected_has_tokens",
            ),
            models.CheckConstraint(
                condition=Q(state=ConnectionState.CONNECTED) | Q(sealed_access="", sealed_refresh=""),
                name="outreach_unconnected_keeps_no_token",
            ),
            models.CheckConstraint(
                condition=Q(lease__isnull=True, lease_until__isnull=True)
                | Q(lease__isnull=False, lease_until__isnull=False),
                name="outreach_lease_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"Outreach.io: {self.get_state_display().lower()}"

    @property
    def is_connected(self) -> bool:
        return self.state == ConnectionState.CONNECTED

    @property
    def needs_reconnect(self) -> bool:
        return self.state == ConnectionState.RECONNECT


class OutreachSequence(Row):
    """A sequence as it was read last. is_gone: no longer among what Outreach.io lists."""

    sequence_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    is_enabled = models.BooleanField(default=False)
    is_locked = models.BooleanField(default=False)
    is_gone = models.BooleanField(default=False)
    kind = models.CharField(max_length=20, blank=True)
    share_type = models.CharField(max_length=20, blank=True)
    step_count = models.PositiveIntegerField(null=True, blank=True)
    duration_days = models.PositiveIntegerField(null=True, blank=True)
    deliver_count = models.BigIntegerField(null=True, blank=True)
    open_count = models.BigIntegerField(null=True, blank=True)
    click_count = models.BigIntegerField(null=True, blank=True)
    reply_count = models.BigIntegerField(null=True, blank=True)
    bounce_count = models.BigIntegerField(null=True, blank=True)
    opt_out_count = models.BigIntegerField(null=True, blank=True)
    throttle_per_day = models.BigIntegerField(null=True, blank=True)
    throttle_capacity = models.BigIntegerField(null=True, blank=True)
    is_transactional = models.BooleanField(default=False, help_text="Its mails go also to who opted out.")
    changed_there_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField()

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name = "Outreach.io sequence"
        ordering = ["name", "sequence_id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_offered(self) -> bool:
        return self.is_enabled and not self.is_locked and not self.is_gone

    @property
    def why_not(self) -> str:
        """This will say why nobody can be put into it; "" when somebody can."""
        if self.is_gone:
            return "It is no longer there."
        if self.is_locked:
            return "It is locked at Outreach.io."
        return "" if self.is_enabled else "It is not switched on at Outreach.io."

    @property
    def reply_rate(self) -> Rate:
        return rate_of(self.reply_count, self.deliver_count)

    @property
    def open_rate(self) -> Rate:
        return rate_of(self.open_count, self.deliver_count)

    @property
    def click_rate(self) -> Rate:
        return rate_of(self.click_count, self.deliver_count)

    @property
    def bounce_rate(self) -> Rate:
        return rate_of(self.bounce_count, self.deliver_count)

    @property
    def opt_out_rate(self) -> Rate:
        return rate_of(self.opt_out_count, self.deliver_count)


class OutreachSequenceStep(Row):
    """A step of a sequence as it was read last."""

    sequence = models.ForeignKey(OutreachSequence, on_delete=models.CASCADE, related_name="steps")
    step_id = models.BigIntegerField(unique=True)
    order = models.PositiveIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300, blank=True)
    interval_s = models.BigIntegerField(null=True, blank=True)
    deliver_count = models.BigIntegerField(null=True, blank=True)
    reply_count = models.BigIntegerField(null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name = "Outreach.io step"
        ordering = ["sequence", "order", "step_id"]

    def __str__(self) -> str:
        return self.name or f"Step {self.order}"

    @property
    def words(self) -> str:
        return step_words(self.kind, self.interval_s)

    @property
    def is_email(self) -> bool:
        return "email" in self.kind

    @property
    def reply_rate(self) -> Rate:
        return rate_of(self.reply_count, self.deliver_count)


class OutreachMailbox(Row):
    """A mailbox there as it was read last. user: whose it is here, found by the address of the mail."""

    mailbox_id = models.BigIntegerField(unique=True)
    email = models.CharField(max_length=320)
    user_id_there = models.BigIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="outreach_mailboxes"
    )
    is_gone = models.BooleanField(default=False)
    why_not = models.CharField(max_length=200, blank=True, help_text="Why nothing can be sent from it.")
    send_errored_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField()

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name = "Outreach.io mailbox"
        verbose_name_plural = "Outreach.io mailboxes"
        ordering = ["email", "mailbox_id"]

    def __str__(self) -> str:
        return self.email

    @property
    def can_send(self) -> bool:
        return not self.is_gone and not self.why_not


class OAuthState(Row):
    """One consent that was begun: bound to the person's browser session, used once, soon over.

    state_digest, session_digest: keyed digests, so that the table tells nobody what would be accepted.
    """

    user = models.ForeignKey("customers.User", on_delete=models.CASCADE, related_name="+")
    state_digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    sealed_verifier = models.TextField(editable=False)
    server = models.CharField(max_length=300)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name_plural = "consents under way"
        verbose_name = "consent under way"

    def __str__(self) -> str:
        return f"Consent of {self.created_at:%Y-%m-%d %H:%M}"
