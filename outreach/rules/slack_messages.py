"""What is posted at Slack: the question whether a mail may go, what became of it, and the summary of a run.

Source: Slack, "Formatting text" and "Block Kit": & < > are written as entities, so that no text from outside calls a
person or a channel; at most 3,000 characters in a section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

LONGEST_SECTION = 2900
LONGEST_LINE = 150
LONGEST_VALUE = 2000
APPROVAL_BLOCK = "evergreen_approval"
DIGEST_SIGNS = 16


class Click(StrEnum):
    """The buttons; their values are the action ids."""

    APPROVE = "evergreen_approve"
    EDIT = "evergreen_edit"
    DECLINE = "evergreen_decline"


@dataclass(frozen=True)
class SlackMessage:
    """One message as it is posted. text: what a notification shows, and what stands there without blocks."""

    customer_id: UUID
    text: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Posted:
    """Where a message stands; needed to change it."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Whisper:
    """What one person alone is told in the channel. user: their member id. customer_id: None where none is known."""

    customer_id: UUID | None
    channel: str
    user: str
    text: str


@dataclass(frozen=True)
class ApprovalAsk:
    """A mail that waits for a yes. version, digest: of what is shown; a click on anything else decides nothing.

    note: a line above the question. hears_clicks: whether Slack's clicks can be believed; else there is the link alone.
    """

    customer_id: UUID
    customer_name: str
    draft_id: UUID
    version: int
    to_name: str
    subject: str
    body: str
    draft_url: str
    digest: str = ""
    note: str = ""
    hears_clicks: bool = True


@dataclass(frozen=True)
class ClickValue:
    """What a button was made for: this draft, in this version, with this content."""

    draft_id: UUID
    version: int
    digest: str


@dataclass(frozen=True)
class Summary:
    """What one run has found and done. figures: label and value, shown in this order."""

    customer_id: UUID
    customer_name: str
    headline: str
    figures: Sequence[tuple[str, str]]
    run_url: str


def write_approval(ask: ApprovalAsk) -> SlackMessage:
    """Write the question with its three buttons. Edit is a link to the desk: nobody writes a mail within Slack."""
    text = f"{ask.customer_name}: a mail to {ask.to_name} waits for a yes"
    value = f"{ask.draft_id}:{ask.version}:{ask.digest[:DIGEST_SIGNS]}"
    edit = _button("Edit", Click.EDIT, value, url=ask.draft_url)
    approve = _button("Approve", Click.APPROVE, value, style="primary")
    decline = _button("Decline", Click.DECLINE, value, style="danger")
    buttons = [approve, edit, decline] if ask.hears_clicks else [edit]
    return _message(
        ask.customer_id,
        text,
        _section(_line(ask.note)),
        _section(f"*{_line(text)}*\n*Subject:* {_line(ask.subject)}"),
        _section(_cut(escape(ask.body), LONGEST_SECTION)),
        {"type": "actions", "block_id": APPROVAL_BLOCK, "elements": buttons},
    )


def write_decided(ask: ApprovalAsk, *, outcome: str) -> SlackMessage:
    """Write what stands in the place of the question. outcome: "approved by Dana Whitfield" and the like."""
    text = f"{ask.customer_name}: the mail to {ask.to_name} was {outcome}"
    return _message(ask.customer_id, text, _section(f"*{_line(text)}*\n*Subject:* {_line(ask.subject)}"))


def write_summary(summary: Summary) -> SlackMessage:
    text = f"{summary.customer_name}: {summary.headline}"
    lines = "\n".join(f"*{_line(label)}:* {_line(value)}" for label, value in summary.figures)
    link = f"<{summary.run_url}|Open the run>" if is_plain_url(summary.run_url) else ""
    parts = [_section(f"*{_line(text)}*"), _section(_cut(lines, LONGEST_SECTION)), _section(link)]
    return _message(summary.customer_id, text, *parts)


def write_notice(customer_id: UUID, title: str, *, url: str) -> SlackMessage:
    """Write what one person is told. url: of their notices."""
    link = f"<{url}|Open your notices>" if is_plain_url(url) else ""
    return _message(customer_id, title, _section(f"*{_line(title)}*"), _section(link))


def read_value(value: str) -> ClickValue | None:
    """Read a button's value back; None where it is none of ours."""
    parts = value[:LONGEST_VALUE].split(":")
    if len(parts) != 3 or len(parts[2]) > DIGEST_SIGNS:
        return None
    draft_id, version, digest = parts
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        return None
    try:
        return ClickValue(UUID(draft_id), int(version), digest)
    except ValueError:
        return None


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_plain_url(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not set(url) & set("<>|\n\r ")


def _message(customer_id: UUID, text: str, *blocks: dict[str, Any]) -> SlackMessage:
    shown = tuple(block for block in blocks if block.get("text", {}).get("text", "-").strip())
    return SlackMessage(customer_id, _line(text), shown)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _button(label: str, click: Click, value: str, **extra: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "text": text, "action_id": click.value, "value": value[:LONGEST_VALUE], **extra}


def _line(text: str) -> str:
    return _cut(escape(" ".join(text.split())), LONGEST_LINE * 2)


def _cut(text: str, longest: int) -> str:
    """Shorten without leaving half an entity behind."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    start = cut.rfind("&", len(cut) - 5)
    if start >= 0 and ";" not in cut[start:]:
        cut = cut[:start]
    return f"{cut.rstrip()}…"
