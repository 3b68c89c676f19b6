"""Absences: who is away from when to when, and who stands in."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from customers.enums import AbsenceState
from customers.models.base import Row
from customers.models.people import User


class AbsenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own and those one stands in for; a lead sees the team's, ops all."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_ops:
            return self
        own = Q(user=user) | Q(delegate=user)
        if user.is_leader and user.team_id:
            own |= Q(user__team=user.team_id)
        return self.filter(own)


class Absence(Row):
    """One person away. first_date, last_date: days in that person's zone; starts_at, ends_at: the moments they mean."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    delegate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="stand_ins")
    first_date = models.DateField()
    last_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AbsenceState.choices, default=AbsenceState.PLANNED)
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[Any] = AbsenceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(state=AbsenceState.PLANNED), name="absence_starts"),
            models.Index(fields=["ends_at"], condition=Q(state=AbsenceState.RUNNING), name="absence_ends"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~Q(user=F("delegate")), name="absence_of_two_people"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state=AbsenceState.RUNNING), name="absence_running_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_date} to {self.last_date}"

    @property
    def is_open(self) -> bool:
        return self.state in (AbsenceState.PLANNED, AbsenceState.RUNNING)
