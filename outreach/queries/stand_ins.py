"""What the stand-ins kept, drawn for their page: each call in words, Slack's messages with their buttons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from customers.models import StandInCall, User

SLACK = "slack"
_BOLD = re.compile(r"\*([^*\n]+)\*")
_LINK = re.compile(r"<https?://[^|>]+\|([^>]+)>")


@dataclass(frozen=True)
class Button:
    """One button of a message. url: where it leads, instead of being a click."""

    label: str
    action: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class KeptCall:
    """One call as the page shows it. lines: what it says. buttons: those that can still be pressed."""

    call: StandInCall
    title: str
    lines: tuple[str, ...]
    buttons: tuple[Button, ...] = ()


def list_stand_in_calls(user: User) -> Any:
    return StandInCall.objects.visible_to(user).select_related("customer")


def draw_calls(calls: Iterable[StandInCall]) -> list[KeptCall]:
    """This will draw a page of calls with one query more, whatever their number."""
    rows = list(calls)
    stand = _standing(rows)
    return [_draw(row, has_buttons=stand.get(row.number) == row.pk) for row in rows]


def find_button(call: StandInCall, *, action: str, value: str) -> Button | None:
    """This will find the button in the message as it was kept: nothing else can be pressed."""
    wanted = (action, value)
    return next((one for one in _buttons(call.request) if (one.action, one.value) == wanted and not one.url), None)


def _standing(rows: Iterable[StandInCall]) -> dict[str, Any]:
    """Give for each message the call that stands there now, the latest."""
    numbers = {row.number for row in rows if row.vendor == SLACK and row.number}
    if not numbers:
        return {}
    latest = StandInCall.objects.filter(vendor=SLACK, number__in=numbers).order_by("called_at", "created_at")
    return dict(latest.values_list("number", "pk"))


def _draw(call: StandInCall, *, has_buttons: bool) -> KeptCall:
    lines = _texts(call.request) if call.vendor == SLACK else tuple(f"{k}: {v}" for k, v in call.request.items())
    return KeptCall(call, str(call), lines, _buttons(call.request) if has_buttons else ())


def _texts(request: Mapping[str, Any]) -> tuple[str, ...]:
    sections = [block.get("text", {}).get("text", "") for block in request.get("blocks", [])]
    return tuple(_plain(text) for text in sections if text) or (_plain(str(request.get("text", ""))),)


def _plain(text: str) -> str:
    """Give the words as people read them at Slack: bold without its stars, a link by its label."""
    return unescape(_LINK.sub(r"\1", _BOLD.sub(r"\1", text)))


def _buttons(request: Mapping[str, Any]) -> tuple[Button, ...]:
    elements = [one for block in request.get("blocks", []) for one in block.get("elements", [])]
    return tuple(
        Button(one["text"]["text"], one["action_id"], one["value"], one.get("url", ""))
        for one in elements
        if one.get("type") == "button"
    )
