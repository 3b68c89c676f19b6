"""A click at Slack, as its call tells it. Source: Slack, "Handling user interaction": one form field with JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from outreach.rules.slack_messages import Click

LONGEST_ID = 120
LONGEST_VALUE = 200
MOST_FIELDS = 10


class BadClick(ValueError):
    """Raised for a body that is no interaction; says which part."""


@dataclass(frozen=True)
class Clicked:
    """One button that somebody pressed. slack_user: their member id. channel, ts: the message it stood in."""

    action: Click
    value: str
    slack_user: str
    channel: str
    ts: str


def read_interaction(raw: bytes) -> Clicked | None:
    """Read the body of a call; None where it is no button of ours that decides anything. Raises BadClick."""
    payload = _payload(raw)
    if payload.get("type") != "block_actions":
        return None
    actions = payload.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], Mapping):
        raise BadClick("“actions” is no list of buttons.")
    action = actions[0]
    name = action.get("action_id")
    if name not in (Click.APPROVE, Click.DECLINE):
        return None
    user, container = _mapping(payload, "user"), _mapping(payload, "container")
    return Clicked(
        action=Click(name),
        value=_word(action.get("value"), "value", longest=LONGEST_VALUE),
        slack_user=_word(user.get("id"), "user.id", longest=30),
        channel=_word(container.get("channel_id"), "container.channel_id"),
        ts=_word(container.get("message_ts"), "container.message_ts"),
    )


def _payload(raw: bytes) -> Mapping[str, Any]:
    try:
        fields = parse_qsl(raw.decode("ascii"), strict_parsing=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        raise BadClick("The body is no form.") from None
    given = [value for name, value in fields if name == "payload"]
    if len(given) != 1:
        raise BadClick("There must be one field “payload”.")
    try:
        payload = json.loads(given[0])
    except (ValueError, RecursionError):
        raise BadClick("“payload” is no JSON.") from None
    if not isinstance(payload, Mapping):
        raise BadClick("“payload” is no object.")
    return payload


def _mapping(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    if not isinstance(value, Mapping):
        raise BadClick(f"“{name}” is no object.")
    return value


def _word(value: Any, name: str, *, longest: int = LONGEST_ID) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not (value.isascii() and value.isprintable()):
        raise BadClick(f"“{name}” is no word of at most {longest} signs.")
    return value
