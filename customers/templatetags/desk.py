"""What templates need beside Django's own: money, percents and dates as people read them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template import defaultfilters
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from customers.rules.metrics import metric_name, metric_title
from customers.rules.money import say_money, say_percent, symbol_of

register = template.Library()

AVATAR_TONES = 6

_QUICK = {
    "D j M": "%a %-d %b",
    "D j M Y": "%a %-d %b %Y",
    "D j M H:i": "%a %-d %b %H:%M",
    "H:i": "%H:%M",
    "M Y": "%b %Y",
    "Y-m-d": "%Y-%m-%d",
    "j F Y": "%-d %B %Y",
    "j M": "%-d %b",
    "j M Y": "%-d %b %Y",
    "j M Y, H:i": "%-d %b %Y, %H:%M",
}
"""Patterns of Django's date filter that pages repeat in rows, as strftime writes them in a tenth of the time."""


register.filter(metric_name)
register.filter(metric_title)


@register.filter
def money(amount: Decimal | int | None, currency: str = "USD") -> str:
    """This will write an amount without cents unless it has some: $268,000, €1,234.50; – for none."""
    # A template gives "" for the value of a record that is not there.
    if amount is None or amount == "":
        return "–"
    return say_money(amount, currency)


@register.filter
def percent(value: Decimal | float | int | None, signed: str = "") -> str:
    """This will write a percentage with one decimal, none where it is zero: 7.2 %, 7 %. Exact values stay in rules."""
    if value is None:
        return "–"
    return say_percent(value, signed=bool(signed))


@register.filter
def initials(name: str) -> str:
    """This will give the first letters of the first and the last word: "Mary Ann Smith" → MS."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "–"


@register.filter
def avatar_tone(name: str) -> int:
    """This will choose one of the six grounds of an avatar, the same for a name every time."""
    return sum(str(name).encode()) % AVATAR_TONES


@register.filter
def field_kind(field: BoundField) -> str:
    """This will say how a form field is laid out: "check" (one tick box), "group" (choices), or "" (label above)."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "group" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else ""


@register.filter
def is_long(field: BoundField) -> bool:
    """This will say whether a form field wants the whole width: a text of several lines, a list of choices."""
    return isinstance(field.field.widget, forms.Textarea) or field_kind(field) == "group"


@register.filter
def field_mark(field: BoundField) -> str:
    """This will say "optional" or "required" beside the fewer of a form's fields, and nothing beside the rest."""
    needed = [each.field.required for each in field.form.visible_fields() if field_kind(each) != "check"]
    if all(needed) or not any(needed):
        return ""
    if 2 * sum(needed) > len(needed):
        return "" if field.field.required else "optional"
    return "required" if field.field.required else ""


@register.filter
def day(value: date | None) -> str:
    """This will write a date with its year, never to be misread: 3 Mar 2027; – for none."""
    # Fifty rows have two each: strftime takes a tenth of the time of Django's own formats.
    return "–" if value is None else f"{value:%-d %b %Y}"


@register.filter("date", expects_localtime=True)
def write_date(value: Any, pattern: str | None = None) -> str:
    """This will write what Django's filter of this name writes, the patterns that pages repeat without its detour."""
    quick = _QUICK.get(pattern or "")
    if quick and (isinstance(value, datetime) or (isinstance(value, date) and "%H" not in quick)):
        return value.strftime(quick)
    return str(defaultfilters.date(value, pattern))


@register.simple_tag
def when(value: datetime | date | None) -> SafeString | str:
    """This will write a moment in the reader's zone, or a date, as a <time> element."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), f"{local:%-d %b %Y, %H:%M}")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), day(value))


@register.filter
def whole_money(amount: Decimal | None, currency: str = "USD") -> SafeString:
    """This will write an amount without its cents for a column, where a long one may break after a comma."""
    text = money(None if amount is None else amount.quantize(Decimal(1), ROUND_HALF_UP), currency)
    first, *rest = text.split(",")
    return format_html("{}{}", first, format_html_join("", ",<wbr>{}", ((part,) for part in rest)))


@register.filter
def short_money(amount: Decimal | int | None, currency: str = "USD") -> str:
    """This will write an amount short, for overviews: $268k, €1.2m; – for none."""
    if amount is None:
        return "–"
    value = Decimal(amount)
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if abs(value) >= size:
            step = Decimal("0.1") if abs(value) < size * 10 else Decimal(1)
            text = f"{(abs(value) / size).quantize(step, ROUND_HALF_UP):f}".removesuffix(".0")
            return f"{'−' if value < 0 else ''}{symbol_of(currency)}{text}{letter}"
    return money(value.quantize(Decimal(1), ROUND_HALF_UP), currency)
