"""Hostile mail keeps nobody busy: the work grows with the text, counted in steps, not in seconds.

Steps are lines of Python, counted by the interpreter's own trace. What a pattern does within is not seen by it, so each
pattern is taken apart: what may repeat without bound is one class of signs, and never within another repeat.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from re import _parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

import pytest

from emails.providers import html_text, mime, sendgrid_inbound, texts
from emails.providers.html_text import html_to_texts
from emails.providers.opening import open_message
from emails.providers.sendgrid_inbound import Malformed, read_form
from emails.rules import replies
from emails.rules.replies import absence_words, quoting_words, words
from emails.rules.replies.attribution import LONGEST_ASKED, is_attribution
from emails.rules.replies.intent import read_intent
from emails.rules.replies.mail import MailFacts
from emails.rules.replies.phrases import LANGUAGES
from emails.rules.replies.return_dates import read_return_date
from emails.rules.replies.stripping import strip_reply
from emails.rules.replies.verdicts import SenderFacts, judge
from tests.emails.inbound_calls import TYPE

MILLION = 1_000_000
STEPS = 3_000_000
"""Lines of our own code. A quadratic walk over a million signs would take a million times as many."""

SEEDS = {
    "on": "On a ",
    "wrote": "On x wrote:\n",
    "from": "From: a\n",
    "marks": "> ",
    "marked lines": ">\n",
    "blank lines": "\n",
    "blanks and lines": " \n",
    "dashes": "-",
    "underscores": "_",
    "signature": "--\n",
    "sent from": "Sent from \n",
    "closing": "Best,\n",
    "dates": "until 9 March ",
    "days": "bis ",
    "numbers": "1.1.1.",
    "strokes": "1/",
    "no": "no budget for ",
    "not": "not ",
    "words": "a ",
    "one word": "a",
    "gaps": "price , , , , ",
    "colons": "a: ",
    "questions": "? ",
    "wide": "é",
    "quote in other languages": "Den 3 mar skrev ",
    "angle": "<",
    "addresses": "<a@b.example> ",
}


def hostile(seed: str) -> str:
    return (seed * (MILLION // len(seed) + 1))[:MILLION]


def count_steps(work: Callable[[], Any]) -> int:
    """Count the lines that run in our own code and in the packages that it asks, within this thread."""
    steps = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        steps += 1
        return trace

    assert threading.current_thread() is threading.main_thread()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


@pytest.fixture(scope="module", autouse=True)
def _patterns_are_compiled() -> None:
    """Whoever comes first compiles the patterns, which is Python too and no work on the text."""
    mail = MailFacts(headers=(), from_email="sarah@acme.example", from_name="Sarah", subject="Re: Hello")
    for seed in SEEDS.values():
        text = strip_reply(seed * 3, writer="Sarah Lee").text
        judge(mail, text=text, sender=SenderFacts(is_known=True), sent=date(2026, 3, 4))
        read_return_date(seed * 3, sent=date(2026, 3, 4))


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_a_million_signs_are_stripped_and_judged_within_bounds(seed: str) -> None:
    mail = MailFacts(headers=(), from_email="sarah@acme.example", from_name="Sarah", subject=hostile(seed)[:300])

    def work() -> None:
        text = strip_reply(hostile(seed), writer="Sarah Lee").text
        judge(mail, text=text, sender=SenderFacts(is_known=True), sent=date(2026, 3, 4))
        read_return_date(hostile(seed), sent=date(2026, 3, 4))

    assert count_steps(work) < STEPS


@pytest.mark.parametrize("seed", ["On a ", "From: a\n", "not ", "price , ", "bis 3. ", "a"])
def test_twice_the_text_is_no_more_than_twice_the_work(seed: str) -> None:
    def work(size: int) -> int:
        text = (seed * size)[:size]
        return count_steps(lambda: (strip_reply(text), read_intent(text)))

    work(1_000)  # the patterns are compiled
    small, large = work(20_000), work(40_000)

    assert large <= 2.5 * small + 2_000


MARKUP = {
    "deep": "<div>",
    "deep quotes": '<blockquote type="cite">',
    "tables": "<table><tr><td>",
    "lists": "<ul><li>",
    "open tags": "<a ",
    "open": "<",
    "comments": "<!--",
    "entities": "&amp;",
    "broken entities": "&",
    "attributes": '<a href="',
    "styles": "<style>a{",
    "paragraphs": "<p>a</p>",
}


@pytest.mark.parametrize("seed", MARKUP.values(), ids=MARKUP.keys())
def test_a_million_signs_of_markup_are_read_within_bounds(seed: str) -> None:
    steps = count_steps(lambda: html_to_texts(hostile(seed)))

    # Hundreds of lines of the packages for each of 60,000 paragraphs: much, but so many for each.
    assert steps < 15 * STEPS


RAW = {
    "headers": b"X: y\r\n",
    "folded": b" y",
    "no line end": b"y",
    "boundaries": b"--b\r\n",
    "near boundaries": b"--bb\r\n",
    "nested": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
}


@pytest.mark.parametrize("seed", RAW.values(), ids=RAW.keys())
def test_a_million_bytes_of_message_are_opened_within_bounds(seed: bytes) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + seed * (MILLION // len(seed))

    assert count_steps(lambda: open_message(raw)) < STEPS


def test_a_million_boundaries_make_no_million_parts() -> None:
    body = b"--xYzZY\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" * 20_000

    def work() -> None:
        with pytest.raises(Malformed):
            read_form(body, TYPE)

    assert count_steps(work) < STEPS


def patterns_of(module: Any) -> Iterator[tuple[str, re.Pattern[Any]]]:
    for name, value in vars(module).items():
        if isinstance(value, re.Pattern):
            yield f"{module.__name__}.{name}", value


def rule_patterns() -> list[tuple[str, re.Pattern[Any]]]:
    modules = [import_module(f"emails.rules.replies.{found.name}") for found in iter_modules(replies.__path__)]
    modules += [html_text, mime, sendgrid_inbound, texts]
    tables = [absence_words.ABSENT, absence_words.LEFT, quoting_words.DISCLAIMERS]
    tables += [table for one in LANGUAGES for kind in (one.strong, one.weak) for table in kind.values()]
    phrases = [(phrase, words._compile(phrase)) for table in tables for phrase in table]
    return [pair for module in modules for pair in patterns_of(module)] + phrases


def find_dangerous(parsed: Any, *, is_repeated: bool = False) -> list[str]:
    """Name what may make a pattern take more than linear time on a long text."""
    found: list[str] = []
    for kind, value in parsed:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, inner = value
            if most == MAXREPEAT and (is_repeated or len(inner) != 1 or str(inner[0][0]) not in ONE_SIGN):
                found.append(f"{name} of {inner}")
            found += find_dangerous(inner, is_repeated=is_repeated or most == MAXREPEAT)
        elif name == "SUBPATTERN":
            found += find_dangerous(value[-1], is_repeated=is_repeated)
        elif name == "BRANCH":
            for branch in value[1]:
                found += find_dangerous(branch, is_repeated=is_repeated)
        elif name in ("ASSERT", "ASSERT_NOT"):
            found += find_dangerous(value[1], is_repeated=is_repeated)
    return found


MAXREPEAT = _parser.MAXREPEAT
ONE_SIGN = ("IN", "LITERAL", "NOT_LITERAL", "ANY", "CATEGORY")


def test_no_pattern_repeats_without_bound_within_a_repeat() -> None:
    known = rule_patterns()

    dangerous = {name: found for name, one in known if (found := find_dangerous(_parser.parse(one.pattern, one.flags)))}

    assert len(known) > 600
    assert dangerous == {}


def test_package_that_takes_cubic_time_is_asked_about_short_lines_alone() -> None:
    line = "Den 3 mar " * 100 + ":"

    assert len(line) > LONGEST_ASKED
    assert not is_attribution(line)
    assert count_steps(lambda: is_attribution(line[:LONGEST_ASKED] + ":")) < STEPS
