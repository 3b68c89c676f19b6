"""Which writer writes a deliverable: Claude where it is set up, checked by code; else the built-in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Protocol

import structlog

from emails.enums import Writer
from emails.rules.facts import Fact
from emails.writing import breaker, claude
from emails.writing.claude import ClaudeFailed
from emails.writing.parallel import TooLate, run_together
from journeys.rules.briefs import DeliverableBrief
from journeys.rules.prompting import SCHEMA, SYSTEM, build_prompt, find_claims, find_faults, read_proposal
from journeys.writing.builtin import write_deliverable

ATTEMPTS = 2
CALL_S = 60.0
"""A document takes longer than a letter; nobody waits for it at a page."""

MAX_TOKENS = 8_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Commission:
    """One deliverable to be written. facts: what it may state; shown: those that the model is told of."""

    brief: DeliverableBrief
    facts: tuple[Fact, ...]
    shown: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class WrittenText:
    """A deliverable's text, who wrote it, and what its page says about it."""

    title: str
    body: str
    writer: Writer
    note: str = ""


class Answerer(Protocol):
    """What a model's client offers."""

    def answer(
        self, content: str, *, system: str, schema: dict[str, Any], timeout_s: float, max_tokens: int
    ) -> Any: ...


def write_built_in(commission: Commission) -> WrittenText:
    """Write without any service."""
    composed = write_deliverable(commission.brief)
    return WrittenText(composed.title, composed.body, Writer.BUILT_IN, " ".join(composed.notes))


def ask_claude(
    client: Answerer, commissions: Sequence[Commission], *, within_s: float
) -> list[WrittenText | ClaudeFailed]:
    """Have Claude write the texts side by side, each by `within_s` or not at all; asks nothing while it is paused.

    Never inside a transaction. An outage pauses Claude for everybody.
    """
    if reason := breaker.pause_reason():
        return [ClaudeFailed(reason, can_retry=True) for _ in commissions]
    until = monotonic() + within_s
    calls = [partial(_write_with, client, one, until) for one in commissions]
    answers = [_told(answer) for answer in run_together(calls, within_s=within_s)]
    outage = next((one for one in answers if isinstance(one, ClaudeFailed) and one.is_outage), None)
    if outage is not None:
        breaker.open_breaker(outage.reason)
    return answers


def _write_with(client: Answerer, one: Commission, until: float) -> WrittenText:
    """Ask, check by code, and ask once more with the faults named. Raises ClaudeFailed.

    A claim without a record is named too; where it stands in the second text, the reviewer finds it marked. Runs in a
    thread: no database in here.
    """
    content = json.dumps(build_prompt(one.brief, one.shown), ensure_ascii=False)
    faults: list[str] = []
    text = None
    for attempt in range(ATTEMPTS):
        left_s = until - monotonic()
        if left_s <= 0:
            break
        asked = content + ("\n\nYour previous text was refused:\n- " + "\n- ".join(faults) if faults else "")
        answer = client.answer(
            asked, system=SYSTEM, schema=SCHEMA, timeout_s=min(left_s, CALL_S), max_tokens=MAX_TOKENS
        )
        text = read_proposal(answer)
        if text is None:
            raise claude.other_shape()
        faults = find_faults(text, one.brief)
        is_last = attempt == ATTEMPTS - 1
        if not faults and (is_last or not (faults := find_claims(text, one.brief, one.facts))):
            return WrittenText(one.brief.title, text.body, Writer.CLAUDE)
    if text is None:
        raise claude.late_failure()
    raise ClaudeFailed(f"Claude's text was refused: {faults[0]}"[:280], can_retry=True)


def _told(answer: WrittenText | Exception) -> WrittenText | ClaudeFailed:
    if isinstance(answer, WrittenText | ClaudeFailed):
        return answer
    if isinstance(answer, TooLate):
        return claude.late_failure()
    log.error("claude_answer_unusable", exc_info=answer)
    return ClaudeFailed("Claude's answer could not be used.", can_retry=True)
