"""A marked text in blocks: the same blocks as without marks, and every claim still in its line."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.rules.annotated import AnnotatedBlock, parse_annotated
from emails.rules.annotation import Segment
from emails.rules.blocks import HEADING, POINT, parse_document
from emails.rules.grounding import Span, SpanState
from emails.rules.mentions import MentionKind
from emails.templatetags.letters import documented

CLAIM = Span("body", 0, 4, "12 %", MentionKind.PERCENT, SpanState.UNSUPPORTED)


def as_plain(block: AnnotatedBlock) -> tuple[str, ...]:
    return tuple("".join(segment.text for segment in line) for line in block.lines)


def cut(text: str, places: list[int]) -> list[Segment]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [Segment(text[begin:end]) for begin, end in pairwise(edges)]


@given(st.text(alphabet="#-* ab\n\r", max_size=60), st.lists(st.integers(min_value=0), max_size=6))
def test_blocks_are_those_of_the_text_wherever_it_is_cut(text: str, places: list[int]) -> None:
    found = parse_annotated(cut(text, places))

    flat: list[tuple[str, ...]] = []
    for block in found:
        flat += [(line,) for line in as_plain(block)] if block.kind == HEADING else [as_plain(block)]
    wanted = [
        (block.heading,) if block.heading else block.points or tuple(block.paragraph.split("\n"))
        for block in parse_document(text)
    ]
    assert flat == wanted


def test_claim_in_a_point_is_underlined_and_text_from_outside_is_escaped() -> None:
    segments = [Segment("## Where <you> stand\n\nYou grew\nby "), Segment("12 %", CLAIM), Segment("\n- one\n- two & "),
                Segment("12 %", CLAIM)]  # fmt: skip

    assert [block.kind for block in parse_annotated(segments)][-1] == POINT
    assert documented(segments) == (
        "<h3>Where &lt;you&gt; stand</h3>"
        '<p>You grew<br>by <span class="fact fact-unsupported">12 %</span></p>'
        '<ul><li>one</li><li>two &amp; <span class="fact fact-unsupported">12 %</span></li></ul>'
    )


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_empty_text_has_no_blocks(text: str) -> None:
    assert parse_annotated([Segment(text)]) == []
