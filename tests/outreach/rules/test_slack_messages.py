"""What is posted at Slack: three buttons, and no word from outside that calls anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

import pytest

from outreach.rules.slack_messages import (
    ApprovalAsk,
    ClickValue,
    Summary,
    escape,
    is_plain_url,
    read_value,
    write_approval,
    write_decided,
    write_summary,
)

CUSTOMER, DRAFT = UUID(int=1), UUID(int=2)
DIGEST = "ab" * 8
ASK = ApprovalAsk(
    customer_id=CUSTOMER,
    customer_name="Acme",
    draft_id=DRAFT,
    version=3,
    to_name="Jennifer Lee",
    subject="A few limits",
    body="Hi Jennifer,\n\n98 of 100.",
    draft_url="https://desk.example/emails/2",
    digest="ab" * 32,
)
SUMMARY = Summary(CUSTOMER, "Acme", "a mail went out", [("Usage", "150 of 100")], "https://desk.example/runs/1")
HOSTILE = "<!channel> <@U123> & <https://evil.example|Approve>"


def test_approval_asks_with_three_buttons_bound_to_the_version() -> None:
    message = write_approval(ASK)

    buttons = message.blocks[-1]["elements"]
    assert message.text == "Acme: a mail to Jennifer Lee waits for a yes"
    assert [(one["text"]["text"], one["action_id"], one["value"]) for one in buttons] == [
        ("Approve", "evergreen_approve", f"{DRAFT}:3:{DIGEST}"),
        ("Edit", "evergreen_edit", f"{DRAFT}:3:{DIGEST}"),
        ("Decline", "evergreen_decline", f"{DRAFT}:3:{DIGEST}"),
    ]
    assert buttons[1]["url"] == ASK.draft_url
    assert read_value(buttons[0]["value"]) == ClickValue(DRAFT, 3, DIGEST)


def test_question_whose_clicks_nobody_could_believe_has_the_link_alone() -> None:
    message = write_approval(replace(ASK, hears_clicks=False, note="The text was changed."))

    assert [one["action_id"] for one in message.blocks[-1]["elements"]] == ["evergreen_edit"]
    assert message.blocks[0]["text"]["text"] == "The text was changed."


def test_decided_question_has_no_buttons_left() -> None:
    message = write_decided(ASK, outcome="approved by Dana Whitfield")

    assert message.text == "Acme: the mail to Jennifer Lee was approved by Dana Whitfield"
    assert [block["type"] for block in message.blocks] == ["section"]


def test_summary_tells_figures_and_links_to_the_run() -> None:
    texts = [block["text"]["text"] for block in write_summary(SUMMARY).blocks]

    assert texts == ["*Acme: a mail went out*", "*Usage:* 150 of 100", "<https://desk.example/runs/1|Open the run>"]


def test_summary_without_figures_has_no_empty_part() -> None:
    message = write_summary(replace(SUMMARY, figures=[], run_url="javascript:x"))

    assert len(message.blocks) == 1


@pytest.mark.parametrize("field", ["customer_name", "to_name", "subject", "body"])
def test_text_from_outside_calls_nobody(field: str) -> None:
    said = json.dumps(write_approval(replace(ASK, **{field: HOSTILE})).blocks)

    assert "<!" not in said and "<@" not in said and "<https://evil" not in said
    assert "&lt;!channel&gt;" in said


def test_figures_from_outside_call_nobody() -> None:
    message = write_summary(replace(SUMMARY, headline=HOSTILE, figures=[(HOSTILE, HOSTILE)]))

    said = message.text + json.dumps(message.blocks)
    assert "<!" not in said and "<@" not in said and "<https://evil" not in said


@pytest.mark.parametrize("length", [2890, 2899, 2900, 2901, 5000, 100_000])
@pytest.mark.parametrize("sign", ["x", "<", "&"])
def test_long_text_is_cut_between_signs(length: int, sign: str) -> None:
    text = write_approval(replace(ASK, body=sign * length)).blocks[1]["text"]["text"]

    assert len(text) <= 2900
    assert text.rstrip("…").replace(escape(sign), "") == ""


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":",
        "x:1",
        "x:1:ab",
        f"{DRAFT}",
        f"{DRAFT}:1",
        f"{DRAFT}::ab",
        f"{DRAFT}:-1:ab",
        f"{DRAFT}:٣:ab",
        f"{DRAFT}:1e3:ab",
        f"{DRAFT}:99999999999:ab",
        f"{DRAFT}:1:{'a' * 17}",
        f"{DRAFT}:1:a:b",
        "x" * 5000,
    ],
)
def test_value_that_is_none_of_ours_is_read_as_nothing(value: str) -> None:
    assert read_value(value) is None


@pytest.mark.parametrize(
    ("url", "is_plain"),
    [
        ("https://desk.example/1", True),
        ("http://127.0.0.1:8000/1", True),
        ("javascript:alert(1)", False),
        ("https://a.example/|x", False),
        ("https://a.example/>", False),
        ("", False),
    ],
)
def test_link_is_an_address_and_nothing_else(url: str, is_plain: bool) -> None:
    assert is_plain_url(url) is is_plain
