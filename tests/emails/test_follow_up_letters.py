"""The built-in writer's letters that follow another: grounded, without a price, in their thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from emails.enums import FIRST_LETTER_THEMES, PriceApproach, Theme
from emails.rules import letters as keys
from emails.rules.facts import Fact, date_fact, name_fact, text_fact
from emails.rules.grounding import ground, open_spans
from emails.rules.letters import LetterBrief, Recipient, Sender, brief_from_json, tone_for
from emails.rules.prices import check_price_approach
from emails.rules.prompting import build_prompt, find_faults
from emails.writing.claude import Proposal, as_letter
from emails.writing.follow_ups import write_follow_up
from emails.writing.writers import write_built_in
from tests.emails.rules.facts import DATES, NAMES, PRICES, VALUE

FOLLOWING = [theme for theme in Theme if theme not in FIRST_LETTER_THEMES]
ROLES = ["champion", "decision_maker", "economic_buyer", "executive_sponsor", "user"]
MEETING: dict[str, Any] = {"kind": "meeting", "id": "7", "url": "/customers/1#meetings"}
AHEAD = (
    date_fact("letter.date", date(2026, 3, 2), kind="draft", id="1", field="sent_on", label="First letter"),
    text_fact(keys.AHEAD_TITLE, "Renewal: terms", field="title", label="Meeting", **MEETING),
    date_fact(keys.AHEAD_DATE, date(2026, 3, 12), field="starts_on", label="Day", **MEETING),
    text_fact(keys.AHEAD_TIME, "10:00", field="starts_time", label="Time", **MEETING),
    name_fact("colleague.9", "Priya Shah", kind="user", id="9", field="name", label="Our colleague"),
)
FACT_SETS: dict[str, tuple[Fact, ...]] = {
    "everything": (*NAMES, *AHEAD, *PRICES, *DATES, *VALUE),
    "little": (*NAMES, *AHEAD[1:]),
}


def brief(theme: Theme, role: str = "champion", **more: Any) -> LetterBrief:
    fields: dict[str, Any] = {
        "customer": "Acme Corporation",
        "recipient": Recipient("Sarah Lee", role, "Head of Analytics", notes="Hates talking about price, 9 kids"),
        "sender": Sender("Dana Whitfield", "Chief Customer Officer", "Evergreen"),
        "tone": tone_for(role),
        "price_approach": PriceApproach.NO_PRICE,
        "theme": theme,
        "other": "Jürgen van der Berg" if theme == Theme.NUDGE else "Priya Shah",
    }
    return LetterBrief(**(fields | more))


@pytest.mark.parametrize(("theme", "role", "known"), list(product(FOLLOWING, ROLES, FACT_SETS)))
def test_every_following_letter_is_short_grounded_and_names_no_price(theme: Theme, role: str, known: str) -> None:
    facts = FACT_SETS[known]
    points = ("I see that budgets are tight.", "Would it help to look at it together?")

    letter = write_follow_up(brief(theme, role, points=points if theme == Theme.ANSWER else ()), facts)

    spans = ground(subject=letter.subject, body=letter.body, facts=facts)
    assert open_spans(spans) == []
    assert check_price_approach(PriceApproach.NO_PRICE, spans=spans, facts=facts, has_proposal=False) == []
    paragraphs = letter.body.split("\n\n")[1:-1]
    assert 2 <= len(paragraphs) <= 4
    assert len(letter.body) < 1200
    text = letter.subject + letter.body
    assert [bad for bad in ("{", "  ", "9 kids", "“”", " ,", "..") if bad in text] == []


@pytest.mark.parametrize("theme", FOLLOWING)
def test_following_letter_keeps_the_subject_of_its_thread(theme: Theme) -> None:
    letter = write_follow_up(brief(theme, subject="Re: Your renewal, Sarah"), FACT_SETS["everything"])

    assert letter.subject == "Re: Your renewal, Sarah"


def test_reminder_says_when_the_first_letter_left_and_gives_one_reason() -> None:
    body = write_follow_up(brief(Theme.REMINDER), FACT_SETS["everything"]).body

    assert "2 March 2026" in body
    assert "onboarding time by half" in body
    assert "reporting effort" not in body


def test_reminder_follows_what_a_person_asks_for() -> None:
    usual = write_follow_up(brief(Theme.REMINDER), FACT_SETS["everything"])
    short = write_follow_up(brief(Theme.REMINDER, instruction="shorter, no meeting"), FACT_SETS["everything"])
    odd = write_follow_up(brief(Theme.REMINDER, instruction="mention the moon landing"), FACT_SETS["everything"])

    assert len(short.body) < len(usual.body)
    assert "minutes" not in short.body
    assert "moon landing" in odd.notes[0]


def test_recap_lists_what_was_said_and_what_comes_next() -> None:
    one = brief(Theme.RECAP, points=("Reporting matters most.",), steps=("Send the roadmap", "Check with Jürgen"))

    body = write_follow_up(one, FACT_SETS["everything"]).body

    assert "What I took away:\n- Reporting matters most\n" in body
    assert "What happens next:\n- Send the roadmap\n- Check with Jürgen\n" in body


def test_confirmation_names_meeting_day_and_hour() -> None:
    body = write_follow_up(brief(Theme.CONFIRMATION, "economic_buyer"), FACT_SETS["everything"]).body

    assert "I would like to confirm our meeting “Renewal: terms” on 12 March 2026 at 10:00." in body


def test_built_in_writer_writes_each_theme_with_its_own_hand() -> None:
    facts = FACT_SETS["everything"]
    first = write_built_in(replace(brief(Theme.RENEWAL), price_approach=PriceApproach.VALUE_FIRST), facts).letter
    reminder = write_built_in(brief(Theme.REMINDER), facts).letter

    assert "$268,000" in first.body
    assert "$268,000" not in reminder.body
    assert len(reminder.body) < len(first.body)


@pytest.mark.parametrize("theme", list(Theme))
def test_brief_is_read_back_as_it_was_written(theme: Theme) -> None:
    one = brief(theme, subject="Re: Hello", points=("One",), steps=("Two",), colleagues=("Tom",))

    assert brief_from_json(one.as_json()) == one


def test_brief_of_an_earlier_version_reads_as_a_first_letter() -> None:
    row = brief(Theme.RENEWAL).as_json()
    for name in ("theme", "subject", "other", "points", "steps"):
        row.pop(name)

    assert brief_from_json(row).theme == Theme.RENEWAL


def test_model_is_told_its_task_and_sees_no_price() -> None:
    prompt: dict[str, Any] = build_prompt(brief(Theme.REMINDER, subject="Re: Hello"), FACT_SETS["everything"])

    assert "reminder in the thread" in prompt["brief"]["task"]
    assert not [fact for fact in prompt["facts"] if fact["key"].startswith("price.")]
    assert "task" not in build_prompt(brief(Theme.RENEWAL), ())["brief"]  # type: ignore[operator]


def test_model_may_not_change_the_subject_of_the_thread() -> None:
    proposal = Proposal("A brand new subject", ("One.", "Two."))
    one = brief(Theme.REMINDER, subject="Re: Your renewal")

    letter = as_letter(proposal, greeting="Hi Sarah,", closing="Best,\nDana Whitfield", subject=one.subject)

    assert letter.subject == "Re: Your renewal"
    assert find_faults(letter, one, FACT_SETS["everything"], paragraphs=2) == []
