"""Form fields that forms of all apps share. Not a door itself, so that every app's `forms` may build on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.models import User
from customers.queries.memo import kept

_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]

SELECTED = SafeString(" selected")
OPTIONS_KEPT = 4096
"""How many written options a process keeps: the zones, and colleagues on every account's form."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years beyond are slips of the keyboard; PostgreSQL even keeps moments of the year 1 that cannot be read back."""


def check_year(value: date) -> None:
    """This will refuse a year that nobody means. Raises ValidationError."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(f"Enter a year from {FIRST_YEAR} to {LAST_YEAR}.")


class DateField(forms.DateField):
    """A date with the browser's own picker; the value is always YYYY-MM-DD there."""

    default_validators = [check_year]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class MomentField(forms.DateTimeField):
    """A date and time with the browser's own picker, in the reader's zone, or in the one that `zone` is set to.

    An hour that the clocks leave out or go through twice is refused.
    """

    default_validators = [check_year]
    zone: ZoneInfo | None = None

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=_MOMENTS, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone) if self.zone else nullcontext():
            moment: datetime | None = super().to_python(value)
        return moment


class LongSelect(forms.Select):
    """A choice among hundreds, written in one go: Django's own makes a control of each of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options: Any = ((str(code), label) for code, label in self.choices)
        shown = "\n".join([_option(code, label, code in chosen) for code, label in options])
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>\n{}\n</select>", flatatt(own), SafeString(shown))


@lru_cache(maxsize=OPTIONS_KEPT, typed=True)
def _option(code: str, label: str, is_chosen: bool) -> str:
    return format_html('<option value="{}"{}>{}</option>', code, SELECTED if is_chosen else "", label)


class _Fixed(BaseChoiceIterator):
    """Choices that every form may share: to copy hundreds of them takes longer than the rest of a form."""

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        self._choices = tuple(choices)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._choices)

    def __copy__(self) -> _Fixed:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _Fixed:
        return self


class _Colleagues(ModelChoiceIterator):
    """Everybody, read and written down once for all the fields of a page that ask for them."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        return iter(kept((_Colleagues, str(self.queryset.query), self.field.empty_label), self._read))

    def _read(self) -> list[tuple[Any, str]]:
        return list(super().__iter__())


class ColleagueField(forms.ModelChoiceField):
    """One of our own people, shown by name."""

    widget = LongSelect
    iterator = _Colleagues

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.persons().order_by("first_name", "last_name", "username")
        people = people.only("first_name", "last_name", "username", "title")
        super().__init__(queryset=people, empty_label="Nobody", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.display_name} ({obj.title})" if obj.title else str(obj.display_name)


class TimezoneField(forms.ChoiceField):
    """An IANA zone, chosen from the list."""

    widget = LongSelect

    def __init__(self, *, empty_label: str = "", **kwargs: Any) -> None:
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        first = [("", empty_label)] if empty_label else []
        choices = [*first, ("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
        super().__init__(choices=_Fixed(choices), **kwargs)
