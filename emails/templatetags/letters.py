"""A letter's text with its claims underlined; made in one go, since a template loop costs ten times as much."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from emails.rules.annotation import Segment

register = template.Library()


@register.filter
def underlined(segments: Iterable[Segment]) -> SafeString:
    """Underline each claim and link it to its record; everything else is escaped text."""
    return format_html_join("", "{}", ((_segment(one),) for one in segments))


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
