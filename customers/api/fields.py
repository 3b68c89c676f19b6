"""Fields that several bodies of this app share."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api_base import TextField
from customers.enums import Pressure
from customers.models import User
from customers.queries.lookup import find_colleague

CLOCK = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", re.ASCII)


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


class ZoneField(TextField):
    """A time zone by its IANA name."""

    default_error_messages = {"unknown": "This is no time zone that we know; one looks like Europe/Berlin."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        zone = super().to_internal_value(data)
        if zone not in available_timezones():
            self.fail("unknown")
        return zone


@extend_schema_field({"type": "string", "pattern": CLOCK.pattern})
class ClockField(serializers.TimeField):
    """An hour and minute of the day, as 09:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> time:
        if not isinstance(value, str) or not CLOCK.fullmatch(value):
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "pattern": "^[A-Za-z]{3}$"})
class CurrencyField(TextField):
    """Three letters of ISO 4217, in whatever case."""


@extend_schema_field({"type": "string", "pattern": "^[A-Za-z]{2}$"})
class CountryField(TextField):
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
