"""Our own people: users with a role and a team, tokens, invitations, saved views."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, is_password_usable
from django.contrib.auth.models import AbstractUser, AnonymousUser, UserManager
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from customers.enums import Role, Scope
from customers.models.base import OwnQuerySet, Row, WorkspaceQuerySet
from customers.rules.access import may_administer, may_have_scope, may_lead, may_write, works_accounts

if TYPE_CHECKING:
    from datetime import datetime


class Team(Row):
    name = models.CharField(max_length=120, unique=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Colleagues are visible to every signed-in person: they are owners, executives and senders."""
        return self.none() if isinstance(user, AnonymousUser) or not user.is_active else self

    def persons(self) -> Self:
        """This will leave out the accounts of other systems: who signs in, owns accounts and is told of things."""
        return self.exclude(role=Role.INTEGRATION)


class EvergreenUserManager(UserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's own manager with `visible_to`; who is made by `createsuperuser` is of ops."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> User:
        made: User = super().create_superuser(username, email, password, **{"role": Role.OPS, **extra_fields})
        return made


class User(AbstractUser):
    """A person of ours. Inactive with no usable password = named by an import, not invited yet.

    Of the role `integration` it is another system's account: it calls by API token and never signs in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CSM)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    slack_id = models.CharField(
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"^[UW][A-Z0-9]{2,28}\Z", "A member id looks like U0123ABCD.")],
        help_text="Member id at Slack, such as U0123ABCD; whose clicks there are this person's.",
    )
    signature = models.TextField(blank=True, help_text="Put under each email; empty: name, title and company.")
    scheduling_url = models.URLField(
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text="Where customers pick a time with this person; https. Put under upsell introductions.",
    )
    sso_subject = models.CharField(
        max_length=255, blank=True, editable=False, help_text="The person's number at the company's sign-in service."
    )
    stands_in_for = models.JSONField(
        default=list, blank=True, editable=False, help_text="Ids of those who are away now; kept by the absences."
    )
    session_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="Grows when every session and reset link of this person must end."
    )

    objects: ClassVar[EvergreenUserManager] = EvergreenUserManager()

    class Meta(AbstractUser.Meta):
        ordering = ["first_name", "last_name", "username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message="Another person has this address.",
            ),
            models.UniqueConstraint(fields=["sso_subject"], condition=~Q(sso_subject=""), name="user_sso_subject_once"),
            models.UniqueConstraint(
                fields=["slack_id"],
                condition=~Q(slack_id=""),
                name="user_slack_id_once",
                violation_error_message="Another person has this member id.",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.INTEGRATION)
                | Q(
                    password__startswith=UNUSABLE_PASSWORD_PREFIX,
                    email="",
                    sso_subject="",
                    slack_id="",
                    is_staff=False,
                    is_superuser=False,
                ),
                name="user_integration_never_signs_in",
                violation_error_message="An integration has no password, no address and no sign-in elsewhere.",
            ),
        ]

    @property
    def desk(self) -> list[uuid.UUID]:
        """Whose work this person does now: the own, and that of those who are away."""
        return [self.pk, *map(uuid.UUID, self.stands_in_for)]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_named_only(self) -> bool:
        """Named by an import and never joined: an invitation turns this row into the person."""
        has_password = self.password and is_password_usable(self.password)
        return not (self.is_active or self.is_integration or has_password)

    @property
    def is_integration(self) -> bool:
        """Another system's account, by API token alone."""
        return self.role == Role.INTEGRATION

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """This will tie sessions to the password, as Django does, and to `session_version`.

        Of an integration it is empty, which no session is ever held to match: however one was begun, it is nobody's.
        """
        if self.is_integration:
            return ""
        tied_to = f"{self.password}.{self.session_version}"
        return salted_hmac("customers.User.session", tied_to, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_writer(self) -> bool:
        return self.is_superuser or may_write(self.role)

    @property
    def is_worker(self) -> bool:
        """Whether this is somebody who owns accounts, signs letters and decides."""
        return self.is_superuser or works_accounts(self.role)

    @property
    def is_leader(self) -> bool:
        return self.is_superuser or may_lead(self.role)

    @property
    def is_ops(self) -> bool:
        return self.is_superuser or may_administer(self.role)


class ApiToken(Row):
    """A key by which another system acts for one person, or as itself. Only its digest is kept; it is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name = "API token"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def has_scope(self, scope: Scope) -> bool:
        return scope in self.scopes and may_have_scope(self.user.role, scope)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Ops see all, a lead those into the own team."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_ops:
            return self
        return self.filter(team=user.team_id) if user.is_leader and user.team_id else self.none()


class Invitation(Row):
    """A person asked to join, by a link that works once until it expires."""

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CSM)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > now


class SavedView(Row):
    """A person's own filter, sort and search of a list page."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=40, default="book")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
