"""The second step of signing in: one app per person that shows a code, and codes for when it is lost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import OwnQuerySet, Row


class SecondFactor(Row):
    """A person's authenticator app. It counts once a first code has confirmed it.

    sealed_secret: sealed with FIELD_KEYS (promise 13). last_step: the last step of 30 seconds a code was taken of, so
    that none is taken twice. recovery: keyed digests of the codes that are left, each good for one sign-in.
    """

    user = models.OneToOneField("customers.User", on_delete=models.CASCADE, related_name="second_factor")
    sealed_secret = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        constraints = [models.CheckConstraint(condition=~Q(sealed_secret=""), name="second_factor_has_secret")]

    def __str__(self) -> str:
        return "Two steps" if self.confirmed_at else "Two steps, not confirmed"
