"""People in sequences at Outreach.io: enrollments, who a person is there, what puts people forward, and its news."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.models import User
from customers.models.base import CustomerRow, Row, WorkspaceQuerySet
from customers.models.workspace import ONLY_ID
from customers.rules.access import sees_everything
from customers.rules.persons import OfPerson
from outreach.enums import (
    APPROVED_ENROLLMENTS,
    ENDED_STANDINGS,
    LIVE_ENROLLMENTS,
    AskedThrough,
    EnrollmentState,
    PausedBy,
    Standing,
    TriggerType,
    Wish,
)


class Enrollment(ClaimedRow):
    """One person in one sequence, from the asking to the end there; kept when it is over.

    state: on our side; standing: at Outreach.io, word: their own word for it. outcome: why it stands where it stands.
    approval_hash: of person, sequence and mailbox as they were approved. waits_for_plan: not shown for approval while
    an Engage plan is open; goes_anyway: a person said to enroll all the same. seen_at: of the latest news that was
    taken in. wish: what is still to be done there, due at wish_due_at.
    """

    of_person = OfPerson(by=("stakeholder",), words=("outcome", "receipt", "because", "standing_note"))

    stakeholder = models.ForeignKey("customers.Stakeholder", on_delete=models.CASCADE, related_name="enrollments")
    sequence_id = models.BigIntegerField()
    sequence_name = models.CharField(max_length=300)
    mailbox_id = models.BigIntegerField(null=True, blank=True)
    mailbox_email = models.CharField(max_length=320, blank=True)
    state = models.CharField(max_length=20, choices=EnrollmentState.choices, default=EnrollmentState.PENDING)
    version = models.PositiveIntegerField(default=1)
    asked_through = models.CharField(max_length=12, choices=AskedThrough.choices)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    trigger_type = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=500, blank=True, help_text="What spoke for it when it was asked for.")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approval_hash = models.CharField(max_length=64, blank=True)
    approval_expires_at = models.DateTimeField(null=True, blank=True)
    waits_for_plan = models.BooleanField(default=False)
    goes_anyway = models.BooleanField(default=False)
    lookups = models.PositiveSmallIntegerField(default=0, help_text="How often it was looked for while unknown.")

    prospect_id = models.BigIntegerField(null=True, blank=True)
    state_id = models.BigIntegerField(null=True, blank=True, unique=True)
    standing = models.CharField(max_length=12, choices=Standing.choices, blank=True)
    word = models.CharField(max_length=60, blank=True)
    standing_note = models.CharField(max_length=300, blank=True)
    step_id = models.BigIntegerField(null=True, blank=True)
    step = models.PositiveIntegerField(null=True, blank=True)
    step_count = models.PositiveIntegerField(null=True, blank=True)
    deliver_count = models.PositiveIntegerField(default=0)
    open_count = models.PositiveIntegerField(default=0)
    click_count = models.PositiveIntegerField(default=0)
    reply_count = models.PositiveIntegerField(default=0)
    replied_at = models.DateTimeField(null=True, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    wish = models.CharField(max_length=8, choices=Wish.choices, blank=True)
    wish_due_at = models.DateTimeField(null=True, blank=True)
    wish_attempts = models.PositiveSmallIntegerField(default=0)
    paused_by = models.CharField(max_length=8, choices=PausedBy.choices, blank=True)

    class Meta(ClaimedRow.Meta):
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=EnrollmentState.APPROVED), name="enrollment_queued"),
            models.Index(fields=["not_before"], condition=Q(state=EnrollmentState.UNKNOWN), name="enrollment_unknown"),
            models.Index(fields=["leased_until"], condition=Q(state=EnrollmentState.SENDING), name="enrollment_leased"),
            models.Index(fields=["wish_due_at"], condition=~Q(wish=""), name="enrollment_wished"),
            models.Index(fields=["asked_at"], condition=Q(state=EnrollmentState.PENDING), name="enrollment_pending"),
            models.Index(fields=["not_before"], condition=Q(waits_for_plan=True), name="enrollment_waits_plan"),
            models.Index(fields=["sequence_id", "state"], name="enrollment_by_sequence"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "sequence_id"],
                condition=Q(state__in=sorted(LIVE_ENROLLMENTS)),
                name="enrollment_live_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(APPROVED_ENROLLMENTS)) | Q(approved_at__isnull=False),
                name="enrollment_approved_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrollmentState.ENROLLED)
                | Q(state_id__isnull=False, prospect_id__isnull=False, enrolled_at__isnull=False),
                name="enrollment_enrolled_is_known_there",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[EnrollmentState.APPROVED, EnrollmentState.SENDING, EnrollmentState.UNKNOWN])
                | Q(not_before__isnull=False),
                name="enrollment_has_its_turn",
            ),
            models.CheckConstraint(
                condition=Q(wish="", wish_due_at=None) | (~Q(wish="") & Q(wish_due_at__isnull=False)),
                name="enrollment_wish_is_due",
            ),
            models.CheckConstraint(
                condition=Q(waits_for_plan=False) | Q(state=EnrollmentState.PENDING),
                name="enrollment_plan_pending",
            ),
        ]

    def __str__(self) -> str:
        return self.sequence_name

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_ENROLLMENTS

    @property
    def is_there(self) -> bool:
        """In the sequence at Outreach.io and not through with it."""
        return self.state == EnrollmentState.ENROLLED and self.standing not in ENDED_STANDINGS

    @property
    def progress_pct(self) -> int:
        if self.standing in (Standing.FINISHED, Standing.REPLIED):
            return 100
        return min(100, round(100 * self.step / self.step_count)) if self.step and self.step_count else 0

    @property
    def label(self) -> str:
        """What the badge says: where it stands there once it is there."""
        if self.state == EnrollmentState.ENROLLED and self.standing:
            return str(Standing(self.standing).label)
        if self.waits_for_plan:
            return "Waits for the plan"
        return str(EnrollmentState(self.state).label)

    @property
    def tone(self) -> str:
        """The badge's colour."""
        if self.state in (EnrollmentState.FAILED, EnrollmentState.NEEDS_REVIEW, EnrollmentState.UNKNOWN):
            return "warn"
        if self.standing in (Standing.BOUNCED, Standing.OPTED_OUT, Standing.FAILED, Standing.UNKNOWN):
            return "warn"
        return "good" if self.standing in (Standing.ACTIVE, Standing.REPLIED) else ""


class ProspectLink(CustomerRow):
    """Who a stakeholder is at Outreach.io. wants_opt_out: our suppression is still to be told there."""

    of_person = OfPerson(by=("stakeholder",), words=("email", "note"))

    stakeholder = models.OneToOneField("customers.Stakeholder", on_delete=models.CASCADE, related_name="prospect")
    prospect_id = models.BigIntegerField(db_index=True)
    external_id = models.CharField(max_length=255, blank=True)
    account_id = models.BigIntegerField(null=True, blank=True)
    email = models.CharField(max_length=320, help_text="In lower case, as it was matched.")
    opted_out = models.BooleanField(default=False)
    synced_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    wants_opt_out = models.BooleanField(default=False)
    opt_out_due_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        verbose_name = "Outreach.io person"
        verbose_name_plural = "Outreach.io people"
        indexes = [models.Index(fields=["opt_out_due_at"], condition=Q(wants_opt_out=True), name="prospect_opt_out")]
        constraints = [
            models.CheckConstraint(
                condition=Q(wants_opt_out=False, opt_out_due_at=None)
                | Q(wants_opt_out=True, opt_out_due_at__isnull=False),
                name="prospect_opt_out_is_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} is {self.prospect_id}"


class TriggerMapping(Row):
    """Which sequence a trigger leads to, and for whom. health_threshold: at or below for a drop, else at or above."""

    trigger_type = models.CharField(max_length=40, choices=TriggerType.choices)
    sequence_id = models.BigIntegerField()
    sequence_name = models.CharField(max_length=300)
    stakeholder_roles = models.JSONField(default=list, blank=True, help_text="Codes of StakeholderRole; empty: all.")
    segment_filter = models.CharField(max_length=80, blank=True)
    health_threshold = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    enabled = models.BooleanField(default=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["trigger_type", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(health_threshold=None) | Q(health_threshold__lte=100), name="mapping_threshold_0_100"
            ),
            models.CheckConstraint(condition=Q(trigger_type__in=TriggerType.values), name="mapping_known_trigger"),
        ]

    def __str__(self) -> str:
        return f"{self.get_trigger_type_display()}: {self.sequence_name}"


class TriggerLog(CustomerRow):
    """Something that happened at an account, once, and whom it put forward or not, with the reasons.

    occurrence: what makes it that event and no other. due_at: when it is to be looked at, None once it was.
    results: [{mapping, sequence, people: [{id, name, would, reason}]}].
    """

    goes_whole = ("results",)

    trigger_type = models.CharField(max_length=40)
    occurrence = models.CharField(max_length=120)
    about = models.CharField(max_length=300, blank=True)
    happened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    matched = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=list, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-happened_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="triggerlog_due"),
            models.Index(fields=["-happened_at"], name="triggerlog_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "trigger_type", "occurrence"], name="triggerlog_once"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(evaluated_at__isnull=False), name="triggerlog_due_or_evaluated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger_label}, {self.happened_at:%d %b %Y}"

    @property
    def trigger_label(self) -> str:
        known = self.trigger_type in TriggerType.values
        return str(TriggerType(self.trigger_type).label) if known else self.trigger_type


class OutreachNewsQuerySet(models.QuerySet[Any]):
    """News mixes all accounts: only those who see every account may see it."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.none()


class OutreachNews(Row):
    """One call of Outreach.io's webhooks, its signature checked. Kept first, understood afterwards.

    id: digest of the body, so that a repeated call is the same row. due_at: None once it is done with.
    """

    goes_whole = ("body",)

    event = models.CharField(max_length=60, blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = OutreachNewsQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-received_at"]
        verbose_name = verbose_name_plural = "news of Outreach.io"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="outreachnews_due"),
            models.Index(fields=["received_at"], name="outreachnews_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(due_at__isnull=True), name="outreachnews_applied_not_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event or 'news'}, {self.received_at:%d %b %Y %H:%M:%S}"


class EnrollmentDesk(models.Model):
    """What is the workspace's of enrollments; one row.

    synced_until, mails_until: changes of states, of mails before it were read. next_sync_at, next_look_at: when states,
    and what may be a trigger, are read again. custom_fields: "custom1" … "custom150" → the name of what of ours stands
    there.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    synced_until = models.DateTimeField(null=True, blank=True)
    mails_until = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    next_sync_at = models.DateTimeField(null=True, blank=True)
    sync_calls = models.PositiveIntegerField(default=0, help_text="Calls of the last sync.")
    sync_states = models.PositiveIntegerField(default=0, help_text="States that the last sync read.")
    sync_mails = models.PositiveIntegerField(default=0, help_text="Mails that the last sync read.")
    sync_problem = models.CharField(max_length=300, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "desk of enrollments"
        indexes = [
            models.Index(fields=["next_sync_at"], name="enrollmentdesk_sync"),
            models.Index(fields=["next_look_at"], name="enrollmentdesk_look"),
        ]
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="enrollmentdesk_one_row")]

    def __str__(self) -> str:
        return "Desk of enrollments"
