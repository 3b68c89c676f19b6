"""A letter's text with its claims underlined; made in one go, since a template loop costs ten times as much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from emails.queries.leaving import in_their_day
from emails.rules.annotated import AnnotatedBlock, parse_annotated
from emails.rules.annotation import Segment
from emails.rules.blocks import HEADING, POINT

register = template.Library()


@register.filter
def underlined(segments: Iterable[Segment]) -> SafeString:
    """Underline each claim and link it to its record; everything else is escaped text."""
    return format_html_join("", "{}", ((_segment(one),) for one in segments))


@register.filter
def documented(segments: Iterable[Segment]) -> SafeString:
    """Write a long text: headings, paragraphs and points as such, each claim in them as `underlined` writes it."""
    return format_html_join("", "{}", ((_block(block),) for block in parse_annotated(segments)))


def _block(block: AnnotatedBlock) -> SafeString:
    lines = [(underlined(line),) for line in block.lines]
    if block.kind == HEADING:
        return format_html_join("", "<h3>{}</h3>", lines)
    if block.kind == POINT:
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))
    return format_html("<p>{}</p>", format_html_join(SafeString("<br>"), "{}", lines))


def _segment(segment: Segment) -> SafeString | str:
    span = segment.span
    if span is None:
        return conditional_escape(segment.text)
    if span.fact is None or not span.fact.url:
        return format_html('<span class="fact fact-{}">{}</span>', span.state.value, segment.text)
    title = f"{span.fact.label}: {span.fact.display}"
    return format_html(
        '<a class="fact fact-{}" href="{}" title="{}">{}</a>', span.state.value, span.fact.url, title, segment.text
    )


@register.simple_tag
def there(moment: datetime | str | None, zone_name: str) -> SafeString | str:
    """Write a moment as the customer's clock shows it; kept receipts hold it as text."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), in_their_day(at, zone_name, now=timezone.now()))


@register.simple_tag
def countdown(moment: datetime | None) -> str:
    """Say in how many seconds a letter leaves."""
    seconds = round((moment - timezone.now()).total_seconds()) if moment else 0
    return f"in {seconds} second{'' if seconds == 1 else 's'}" if seconds > 0 else "now"
