"""Fields that several bodies of this app share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.enums import Pressure
from customers.models import User
from customers.queries.lookup import find_colleague


@extend_schema_field({"type": "string", "nullable": True})
class ColleagueField(serializers.Field[User, str, str, User]):
    """One of us: shown by user name; taken by user name, e-mail address or id."""

    default_error_messages = {"unknown": "There is no such person here.", "not_text": "Give a user name."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> User:
        if not isinstance(data, str):
            self.fail("not_text")
        person = find_colleague(data.strip())
        if person is None:
            self.fail("unknown")
        return person

    def to_representation(self, value: User) -> str:
        return value.username


@extend_schema_field({"type": "string", "pattern": "^[A-Za-z]{3}$"})
class CurrencyField(serializers.CharField):
    """Three letters of ISO 4217, in whatever case."""


@extend_schema_field({"type": "string", "pattern": "^[A-Za-z]{2}$"})
class CountryField(serializers.CharField):
    """Two letters of ISO 3166, in whatever case; empty where it is not known."""


class PressureField(serializers.ChoiceField):
    """low, medium, high; null where it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Pressure.choices, required=False, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) or ""

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


def moment_of(value: datetime | date | None, *, zone: Any) -> datetime | None:
    """This will give the instant at which a date begins in the zone; an instant as it is."""
    if value is None or isinstance(value, datetime):
        return value
    return timezone.make_aware(datetime.combine(value, time.min), zone)
