"""Asks Claude what a sentence means where the grammar is unsure: strict tools, a time limit, nothing but words back.

Only the person's own sentence is sent, no name or figure of any record. What comes back is an action and words of that
sentence; who is meant is looked up by code among what the person may see, and every change is confirmed by them.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import structlog

from config.desk.commands.language.grammar import Intent
from config.desk.commands.language.proposing import SYSTEM, TOOLS, read_proposal
from customers.models import User
from customers.services.rates import count_in_window
from emails.writing import breaker
from emails.writing.claude import ClaudeFailed, late_failure
from emails.writing.parallel import TooLate, run_together
from emails.writing.writers import claude_client

ANSWER_WITHIN_S = 6.0
MOST_A_MINUTE = 20
MAX_TOKENS = 600

log = structlog.get_logger(__name__)


def ask_for_intent(text: str, *, by: User, now: datetime) -> Intent | None:
    """Ask once; None without a key, while Claude is down, too late, or with nothing usable to say."""
    if not text.strip() or breaker.pause_reason():
        return None
    client = claude_client()
    if client is None or _asks_too_often(by, now):
        return None
    call = partial(
        client.choose_tool, text, system=SYSTEM, tools=TOOLS, timeout_s=ANSWER_WITHIN_S, max_tokens=MAX_TOKENS
    )
    answer: Any = run_together([call], within_s=ANSWER_WITHIN_S)[0]
    if isinstance(answer, Exception):
        _note(late_failure() if isinstance(answer, TooLate) else answer)
        return None
    return read_proposal(answer, text=text) if answer is not None else None


def _asks_too_often(by: User, now: datetime) -> bool:
    asked = count_in_window(f"command-model:{by.pk}", window=int(now.timestamp() // 60), duration_s=60)
    return asked > MOST_A_MINUTE


def _note(error: Exception) -> None:
    if isinstance(error, ClaudeFailed):
        log.warning("claude_gave_no_command", reason=error.reason)
        if error.is_outage:
            breaker.open_breaker(error.reason)
        return
    log.error("claude_command_unusable", exc_info=error)
