"""What every table shares: a UUID for an id, and one answer to "may this person see it?"."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import get_user_model
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
SEATS = ("owner", "account_executive", "executive")


@dataclass(frozen=True)
class Scope:
    """Which accounts a person may see, in few words.

    sees_all: every account; with_workspace: and what belongs to none. Else team_id: those of the team's people,
    with_unowned: those that nobody owns, and those where one of `seats` is owner, account executive or executive.
    """

    sees_all: bool = False
    with_workspace: bool = False
    team_id: uuid.UUID | None = None
    with_unowned: bool = True
    seats: tuple[uuid.UUID, ...] = ()


def scope_of(user: User | AnonymousUser) -> Scope | None:
    """This will say which accounts `user` may see; None: none at all.

    A CSM sees the accounts where they are owner, account executive or executive, and those of whom they stand in for
    while that person is away; a lead and a reader see their team's accounts too, a lead also those that nobody owns;
    ops see all. An integration sees every account, or, in a team, what the team's lead does. Source: promise 11.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    if user.is_superuser or sees_everything(user.role):
        return Scope(sees_all=True, with_workspace=True)
    if user.role == Role.INTEGRATION and not user.team_id:
        return Scope(sees_all=True)
    has_team = user.role in (Role.LEAD, Role.READ_ONLY, Role.INTEGRATION)
    return Scope(
        team_id=user.team_id if has_team else None,
        with_unowned=user.role in (Role.LEAD, Role.INTEGRATION),
        seats=tuple(user.desk),
    )


def team_scope(user: User | AnonymousUser) -> Scope | None:
    """This will say it of whoever sees all accounts or a team's; None: it hangs on each account alone."""
    scope = scope_of(user)
    return scope if scope and (scope.sees_all or scope.team_id) else None


def customer_scope(user: User | AnonymousUser, *, path: str = "") -> Q | None:
    """This will give the filter that keeps the rows of customers that `user` may see (`scope_of`); None keeps all.

    path: the lookup that leads from the row to its customer, with its trailing underscores ("customer__").
    """
    scope = scope_of(user)
    if scope is None:
        return Q(pk__in=[])
    if scope.sees_all:
        return None if scope.with_workspace else Q(**{f"{path}pk__isnull": False})
    own = _has_seat(scope.seats, path)
    if scope.with_unowned:
        # A row without a customer (workspace-wide) has no owner either, and is not the lead's. Asked of the account
        # itself: of the row's own column PostgreSQL would check all of the scope twice, and reckon it dear.
        own |= Q(**{f"{path}owner__isnull": True, f"{path}{'name' if path else 'pk'}__isnull": False})
    if scope.team_id:
        # First, since it is true of most rows: what is true is not asked further.
        own = _owned_by_team(scope.team_id, path) | own
    return own


def _has_seat(people: tuple[uuid.UUID, ...], path: str) -> Q:
    """A seat of the person, or of somebody who is away and whom the person stands in for."""
    asked = {"": people[0]} if len(people) == 1 else {"__in": people}
    lookups = ((f"{path}{seat}{how}", who) for seat in SEATS for how, who in asked.items())
    return Q(*lookups, _connector=Q.OR)


def _owned_by_team(team_id: uuid.UUID, path: str) -> Q:
    """The team is read once and each owner looked up in it: half the time of a join to the owners.

    Coalesce hides the column from SQLite, which would else walk an index for each part of the scope in turn.
    """
    team = get_user_model()._default_manager.filter(team=team_id).order_by().values("pk")
    return Q(In(Coalesce(F(f"{path}owner_id"), Value(NOBODY, output_field=UUIDField())), team))


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
