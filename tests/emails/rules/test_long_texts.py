"""Long and degenerate texts: the fact check reads them once, not once per sign.

A text that is read again from each of its signs would keep these tests for hours; nothing is measured.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.enums import PriceApproach
from emails.rules.grounding import ground
from emails.rules.letters import Letter
from emails.rules.mentions import Claimed
from emails.rules.prompting import find_faults
from tests.emails.letter_ground import brief
from tests.emails.rules.facts import ALL

LONG = 120_000
SEEDS = {
    "one word": "x", "digits": "1", "capitals": "A", "capitalised": "Ab ", "line ends": "\n", "dashes": "a-",
    "points": "a.", "greetings": "Hi ", "honorifics": "Dr ", "percentages": "5% ", "double names": "Ab-",
    "companies": "Ab & ", "apostrophes": "Ab'", "numbers": "12 ", "dates": "1 March ", "addresses": "x@",
    "names": "by Ab ",
}  # fmt: skip


def long(seed: str, length: int = LONG) -> str:
    return (seed * (length // len(seed) + 1))[:length]


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_long_text_is_read_once(seed: str) -> None:
    spans = ground(subject="", body=long(seed), facts=ALL)

    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_endless_answer_of_the_model_is_refused_unread() -> None:
    letter = Letter(subject="A word", body=long("x", 3_000_000))

    faults = find_faults(letter, brief("champion", PriceApproach.VALUE_FIRST), ALL, paragraphs=3)

    assert faults == ["Write three to five paragraphs."]


@pytest.mark.parametrize("name", ["Harbour Widgets & Parts Ltd", "Big Red Barn Farm Supply North Wales Ltd"])
def test_unknown_company_is_found_whole(name: str) -> None:
    spans = ground(subject="", body=f"We did the same for {name} last year.", facts=ALL)

    assert [(span.text, span.state) for span in spans] == [(name, "unsupported")]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12))))
def test_stretch_is_claimed_once_whatever_the_order(wanted: list[tuple[int, int]]) -> None:
    claimed, taken = Claimed(), set[int]()

    for start, length in wanted:
        stretch = set(range(start, start + length))
        is_free = not stretch & taken
        assert claimed.is_free(start, start + length) is is_free
        assert claimed.take(start, start + length) is is_free
        taken |= stretch if is_free else set()
