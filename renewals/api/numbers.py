"""Fields that take JSON numbers and texts as they are: no text for a number, no true for 1."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from rest_framework import serializers


class NumberField(serializers.FloatField):
    """A JSON number; given on as an exact Decimal."""

    def to_internal_value(self, data: Any) -> Any:
        if not _is_number(data):
            self.fail("invalid")
        return Decimal(str(data))


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if not _is_number(data) or data != math.floor(data):
            self.fail("invalid")
        return int(data)


def _is_number(data: Any) -> bool:
    if isinstance(data, bool) or not isinstance(data, int | float):
        return False
    return isinstance(data, int) or math.isfinite(data)


def plain_number(value: Decimal | int) -> int | float:
    """This will write a number for JSON as it came: 7 rather than 7.0."""
    return int(value) if value == int(value) else float(value)
