"""What the API of all apps shares: a view of one account, `?preview=true`, a filter by account.

Not a door itself, so that every app's `api` may build on it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from customers.form_base import FIRST_YEAR, LAST_YEAR
from customers.models import Customer, User
from customers.queries.callers import caller_of
from customers.queries.lookup import match_customer, require_customer

Kept = TypeVar("Kept", bound=models.Model)


class Conflict(APIException):
    """The state of things does not allow it now."""

    status_code = 409
    default_code = "conflict"


@extend_schema_field({"oneOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]})
class MomentOrDayField(serializers.Field[Any, Any, Any, Any]):
    """An instant, or a date, of which the view knows the zone and the hour."""

    def to_internal_value(self, data: Any) -> datetime | date:
        if isinstance(data, str) and len(data) == len("2026-03-04"):
            day: date = serializers.DateField().to_internal_value(data)
            return day
        moment: datetime = serializers.DateTimeField().to_internal_value(data)
        return moment

    def to_representation(self, value: datetime) -> str | None:
        return serializers.DateTimeField().to_representation(value)


class DayField(serializers.DateField):
    """A day in the years that the forms of the pages take as well; days are counted from it."""

    default_error_messages = {"year": f"Give a year from {FIRST_YEAR} to {LAST_YEAR}."}

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail("year")
        return day


class TextField(serializers.CharField):
    """A JSON text; a number is not taken for one, and the blanks around it count for its length."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            raise serializers.ValidationError(self.error_messages["max_length"].format(max_length=self.max_length))
        return super().to_internal_value(data)


class RowBody(serializers.ModelSerializer[Kept]):
    """A body made of a row, whose texts take no number either."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }


class OfCustomer(APIView):
    """A view of one account, named in the path by its id or by `ext:THEIR-ID`."""

    def get_customer(self, queryset: Any = None) -> Customer:
        """This will find the account. Raises NotThere."""
        return require_customer(self.kwargs["id"], user=caller_of(self.request), queryset=queryset)


class MomentField(IsoDateTimeField):
    """An instant in whatever offset it is written, kept in UTC: a database knows fewer offsets than may be written."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(filters.IsoDateTimeFilter):
    field_class = MomentField


class CustomerIdFilter(filters.CharFilter):
    """Rows of the account of this id, or of `ext:` and the id of the other system."""

    def __init__(self, called: str = "customerId", **kwargs: Any) -> None:
        super().__init__(help_text="Id, or ext:THEIR-ID.", **kwargs)
        self.called = called

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        try:
            return qs.filter(match_customer(value))
        except ValueError:
            wrong = "An id, or ext: and the id of the other system."
            raise serializers.ValidationError({self.called: [wrong]}) from None


def require_leader(request: Request) -> User:
    """This will give who calls, a lead or of ops. Raises PermissionDenied for anybody else."""
    caller = caller_of(request)
    if not caller.is_leader:
        raise PermissionDenied("Only leads and ops may do this.", code="leaders_only")
    return caller


def read_flag(request: Request, name: str) -> bool:
    """This will read `?name=true`; left out, it is false. Raises ValidationError for what is neither.

    Who writes `?preview=1` must not find that it was done.
    """
    said = request.query_params.get(name, "false")
    if said not in ("true", "false"):
        raise serializers.ValidationError({name: ["true or false."]})
    return said == "true"


def read_body(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """This will read what was sent. Raises ValidationError by field."""
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
