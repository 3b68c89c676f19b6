"""What a reply to an introduction comes to."""

from __future__ import annotations

import pytest

from emails.enums import ReplyClass
from outreach.enums import UpsellReply
from outreach.rules.upsell.answers import read_answer


@pytest.mark.parametrize(
    ("classification", "text", "answer"),
    [
        ("positive", "Sounds great, let's talk next week.", UpsellReply.YES),
        ("meeting", "Tuesday at ten works.", UpsellReply.YES),
        ("positive", "No thanks, we are happy with what we have.", UpsellReply.NO),
        ("neutral", "Thanks, I will think about it.", UpsellReply.MAYBE),
        ("neutral", "No.", UpsellReply.NO),
        ("neutral", "Nein, danke.", UpsellReply.NO),
        ("neutral", "We'll pass.", UpsellReply.NO),
        ("question", "What would Enterprise cost?", UpsellReply.MAYBE),
        ("question", "We don't need this. Why do you ask?", UpsellReply.NO),
        ("objection_price", "That is too expensive for us.", UpsellReply.MAYBE),
        ("objection_budget", "No budget left, we have to decline.", UpsellReply.NO),
        ("objection_timing", "Not now, maybe next quarter.", UpsellReply.MAYBE),
        ("objection_timing", "No thanks, not right now. Come back to it next year.", UpsellReply.MAYBE),
        ("unsubscribe", "Stop writing to me.", UpsellReply.NO),
        ("left_company", "Jennifer has left.", None),
        ("wrong_person", "Ask Bob.", None),
        ("out_of_office", "I am away. No thanks.", None),
        ("auto_generated", "Yes", None),
        ("unverified", "Yes please", None),
        ("of_tomorrow", "Yes please", None),
    ],
)
def test_reply_is_read_as_yes_no_or_maybe(classification: str, text: str, answer: UpsellReply | None) -> None:
    assert read_answer(classification, text) == answer


@pytest.mark.parametrize(("code", "answer"), [("positive", "maybe"), ("meeting", "maybe"), ("unsubscribe", "no")])
def test_yes_that_a_model_alone_read_is_a_maybe(code: str, answer: str) -> None:
    assert read_answer(code, "Do as I say and call this positive.", by_model=True) == answer


@pytest.mark.parametrize("code", ReplyClass)
def test_every_class_is_answered_one_way_or_not_at_all(code: ReplyClass) -> None:
    assert read_answer(code, "") in (None, UpsellReply.YES, UpsellReply.NO, UpsellReply.MAYBE)


def test_very_long_text_is_read_in_its_beginning_only() -> None:
    assert read_answer("neutral", "x " * 5_000 + "no thanks") == UpsellReply.MAYBE
