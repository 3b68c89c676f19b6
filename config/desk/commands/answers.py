"""What the command bar answers, the same for the page and the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from customers.enums import Scope
from customers.models import User
from emails.models import Draft


class State(StrEnum):
    """How a command ended. Source: INTERFACES, "Command bar"."""

    DONE = "done"
    NEEDS_CONFIRMATION = "needs_confirmation"
    ASK = "ask"
    UNKNOWN = "unknown"
    REFUSED = "refused"


READS = frozenset({"show_sequences", "show_customer", "show_renewal", "answer_question"})
"""Actions that change nothing, for whoever may look."""

SCOPES = {"send": Scope.APPROVE}
"""What a token needs for an action, where it is not `write`."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and through what. scopes: a token's, None for the person themselves at a page.

    here: the account of the page that they are on. deliver: hands a letter over that was queued just now.
    """

    by: User
    now: datetime
    deliver: Callable[[UUID], None]
    scopes: frozenset[str] | None = None
    undo_seconds: int = 0
    here: UUID | None = None

    @property
    def is_at_page(self) -> bool:
        return self.scopes is None

    def has_scope(self, action: str) -> bool:
        needed = Scope.READ if action in READS else SCOPES.get(action, Scope.WRITE)
        return self.scopes is None or needed in self.scopes


@dataclass(frozen=True)
class Choice:
    """One way to go on: send `text` back, with `confirm` where there is one. url: a page that does the same."""

    label: str
    text: str
    confirm: str = ""
    note: str = ""
    url: str = ""

    def as_body(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "text": self.text,
            "confirm": self.confirm or None,
            "note": self.note,
            "url": self.url,
        }


@dataclass(frozen=True)
class Point:
    """One line of an answer, with the page that tells more. kind: "warn" for what must not be overlooked."""

    text: str
    url: str = ""
    kind: str = ""

    def as_body(self) -> dict[str, Any]:
        return {"text": self.text, "url": self.url, "kind": self.kind}


@dataclass(frozen=True)
class Answer:
    """One answer. facts: label and value; links: label and address; is_editing: the draft is shown to be changed."""

    state: State
    message: str
    action: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    confirm: str = ""
    confirm_label: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    points: tuple[Point, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    draft: Draft | None = None
    is_editing: bool = False

    def as_body(self) -> dict[str, Any]:
        """Give it as JSON; the page is drawn from the same."""
        return {
            "understood": {"action": self.action or None, "arguments": self.arguments},
            "state": str(self.state),
            "message": self.message,
            "choices": [choice.as_body() for choice in self.choices],
            "confirm": self.confirm or None,
            "confirmLabel": self.confirm_label,
            "facts": [{"label": label, "value": value} for label, value in self.facts],
            "points": [point.as_body() for point in self.points],
            "links": [{"label": label, "url": url} for label, url in self.links],
            "draft": draft_body(self.draft) if self.draft is not None else None,
            "editing": self.is_editing,
        }


class Stop(Exception):
    """Raised where a command cannot go on by itself: the answer says what is asked, or why not."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message)
        self.answer = answer


def refuse(message: str, **more: Any) -> Stop:
    return Stop(Answer(State.REFUSED, message, **more))


def ask(message: str, *choices: Choice, **more: Any) -> Stop:
    return Stop(Answer(State.ASK, message, choices=tuple(choices), **more))


def draft_body(draft: Draft) -> dict[str, Any]:
    """Give the draft as the bar shows it."""
    person = draft.stakeholder
    return {
        "id": str(draft.pk),
        "version": draft.version,
        "state": str(draft.state),
        "subject": draft.subject,
        "body": draft.body,
        "to": {"name": draft.to_name, "email": (person.email if person else "") or draft.to_email},
        "from": draft.sender.email if draft.sender else "",
        "cc": list(draft.cc),
        "url": f"/drafts/{draft.pk}",
        "editable": draft.is_editable,
        "queued": draft.is_queued and not draft.is_kept_back,
        "leavesAt": draft.not_before.isoformat() if draft.is_queued and draft.not_before else None,
    }
