"""What every table shares: a UUID for an id, and one answer to "may this person see it?"."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q, UUIDField, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from customers.enums import ClaimState, Role
from customers.rules.access import sees_everything

if TYPE_CHECKING:
    from customers.models.people import User


NOBODY = uuid.UUID(int=0)


def customer_scope(user: User | AnonymousUser, *, path: str = "") -> Q | None:
    """This will give the filter that keeps the rows of customers that `user` may see; None keeps all.

    path: the lookup that leads from the row to its customer, with its trailing underscores ("customer__").
    A CSM sees the accounts where they are owner, account executive or executive, and those of whom they stand in for
    while that person is away; a lead and a reader see their team's accounts too, a lead also those that nobody owns;
    ops see all. An integration sees every account, or, in a team, what the team's lead does. Source: promise 11.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Q(pk__in=[])
    if user.is_superuser or sees_everything(user.role):
        return None
    if user.role == Role.INTEGRATION and not user.team_id:
        return Q(**{f"{path}pk__isnull": False})  # accounts, not what is the workspace's
    own = _has_seat(user, path)
    if user.role in (Role.LEAD, Role.INTEGRATION):
        # A row without a customer (workspace-wide) has no owner either, and is not the lead's. Asked of the account
        # itself: of the row's own column PostgreSQL would check all of the scope twice, and reckon it dear.
        own |= Q(**{f"{path}owner__isnull": True, f"{path}{'name' if path else 'pk'}__isnull": False})
    if user.role in (Role.LEAD, Role.READ_ONLY, Role.INTEGRATION) and user.team_id:
        # First, since it is true of most rows: what is true is not asked further.
        own = _owned_by_team(user, path) | own
    return own


def _has_seat(user: User, path: str) -> Q:
    """A seat of the person, or of somebody who is away and whom the person stands in for."""
    if not user.stands_in_for:
        return Q(**{f"{path}owner": user}) | Q(**{f"{path}account_executive": user}) | Q(**{f"{path}executive": user})
    desk = user.desk
    seats = ("owner", "account_executive", "executive")
    return Q(*((f"{path}{seat}__in", desk) for seat in seats), _connector=Q.OR)


def _owned_by_team(user: User, path: str) -> Q:
    """The team is read once and each owner looked up in it: half the time of a join to the owners.

    Coalesce hides the column from SQLite, which would else walk an index for each part of the scope in turn.
    """
    team = user._meta.model._default_manager.filter(team=user.team_id).order_by().values("pk")
    return Q(In(Coalesce(F(f"{path}owner_id"), Value(NOBODY, output_field=UUIDField())), team))


@dataclass(frozen=True)
class TeamScope:
    """What `customer_scope` keeps, in few words. team_id: whose accounts, None for everybody's and nobody's.

    with_unowned: also those that nobody owns. seats: also those where one of these people has a seat.
    """

    team_id: uuid.UUID | None = None
    with_unowned: bool = True
    seats: tuple[uuid.UUID, ...] = ()


def team_scope(user: User | AnonymousUser) -> TeamScope | None:
    """This will say of whoever sees all accounts or a team's what that is; None: it hangs on each account alone."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    is_integration = user.role == Role.INTEGRATION
    if user.is_superuser or sees_everything(user.role) or (is_integration and not user.team_id):
        return TeamScope()
    if user.team_id and user.role in (Role.LEAD, Role.READ_ONLY, Role.INTEGRATION):
        return TeamScope(user.team_id, user.role != Role.READ_ONLY, tuple(user.desk))
    return None


class CustomerScopedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a customer. `customer_path` says how the customer is reached from here."""

    customer_path = "customer__"

    def visible_to(self, user: User | AnonymousUser) -> Self:
        scope = customer_scope(user, path=self.customer_path)
        return self if scope is None else self.filter(scope)


class WorkspaceQuerySet(models.QuerySet[Any]):
    """Rows of the whole workspace (settings, teams): every signed-in person sees them."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.none() if isinstance(user, AnonymousUser) or not user.is_active else self


class OwnQuerySet(models.QuerySet[Any]):
    """Rows of one person (tokens, saved views): seen by that person alone."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(user=user)


class Row(models.Model):
    """The parent of every table: an id that says nothing, and when the row was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class CustomerRow(Row):
    """The parent of every table whose rows belong to one customer."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="%(class)ss")

    objects = CustomerScopedQuerySet.as_manager()

    class Meta(Row.Meta):
        abstract = True


class ClaimedRow(CustomerRow):
    """A row with one attempt at a time to leave: state, token, lease, attempts, outcome, receipt."""

    state = models.CharField(max_length=14, choices=ClaimState.choices, default=ClaimState.WAITING)
    not_before = models.DateTimeField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=500, blank=True)
    receipt = models.JSONField(default=list, blank=True)

    class Meta(CustomerRow.Meta):
        abstract = True
