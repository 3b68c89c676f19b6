"""A letter's text with its claims underlined; made in one go, since a template loop costs ten times as much."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from emails.queries.leaving import in_their_day
from emails.rules.annotated import AnnotatedBlock, parse_annotated
from emails.rules.annotation import Segment
from emails.rules.blocks import HEADING, POINT

register = template.Library()


@register.filter
def underlined(segments: Iterable[Segment]) -> SafeString:
    """Underline each claim and link it to its record; everything else is escaped text."""
    return SafeString("".join(map(_segment, segments)))


@register.filter
def documented(segments: Iterable[Segment]) -> SafeString:
    """Write a long text: headings, paragraphs and points as such, each claim in them as `underlined` writes it."""
    return SafeString("".join(map(_block, parse_annotated(segments))))


def _block(block: AnnotatedBlock) -> str:
    lines = [underlined(line) for line in block.lines]
    if block.kind == HEADING:
        return "".join(f"<h3>{line}</h3>" for line in lines)
    if block.kind == POINT:
        return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(lines)}</p>"


def _segment(segment: Segment) -> str:
    """One piece as HTML. Plain strings, joined: `format_html` would look at each part again."""
    span, text = segment.span, escape(segment.text)
    if span is None:
        return text
    if span.fact is None or not span.fact.url:
        return f'<span class="fact fact-{span.state.value}">{text}</span>'
    url, title = escape(span.fact.url), escape(f"{span.fact.label}: {span.fact.display}")
    return f'<a class="fact fact-{span.state.value}" href="{url}" title="{title}">{text}</a>'


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
