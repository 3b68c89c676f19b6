"""Asks Claude what a reply wants, where a key is set and Claude is not paused; under one total deadline."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import structlog

from emails.rules.replies.suggestion import SCHEMA, SYSTEM, Suggestion, Unusable, read_suggestion, write_question
from emails.writing import breaker
from emails.writing.claude import TIMEOUT_S, ClaudeFailed, late_failure
from emails.writing.parallel import TooLate, run_together
from emails.writing.writers import claude_client

ANSWER_WITHIN_S = 15.0

log = structlog.get_logger(__name__)


class Answerer(Protocol):
    """What a model's client offers."""

    def answer(self, content: str, *, system: str, schema: dict[str, Any], timeout_s: float = TIMEOUT_S) -> Any: ...


def classifier_client() -> Answerer | None:
    """This will give the client where a key is set, this installation may call out, and Claude is not paused."""
    return None if breaker.pause_reason() else claude_client()


def ask_for_class(text: str, *, client: Answerer | None = None) -> Suggestion | None:
    """This will ask once; None where there is no usable answer in time. Calls Claude: never inside a transaction."""
    asked = client or classifier_client()
    if asked is None:
        return None
    call = partial(
        asked.answer, write_question(text), system=SYSTEM, schema=SCHEMA, timeout_s=min(TIMEOUT_S, ANSWER_WITHIN_S)
    )
    answer = run_together([call], within_s=ANSWER_WITHIN_S)[0]
    if isinstance(answer, Exception):
        _note(late_failure() if isinstance(answer, TooLate) else answer)
        return None
    try:
        return read_suggestion(answer, text=text)
    except Unusable as error:
        log.warning("claude_class_refused", reason=str(error))
        return None


def _note(error: Exception) -> None:
    if isinstance(error, ClaudeFailed):
        log.warning("claude_gave_no_class", reason=error.reason)
        if error.is_outage:
            breaker.open_breaker(error.reason)
        return
    log.error("claude_answer_unusable", exc_info=error)
