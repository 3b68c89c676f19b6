"""Which writer writes: Claude where it is set up, checked by code; else, or when it fails, the built-in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Protocol

import structlog
from django.conf import settings

from customers.rules.bases import refuse_base
from emails.enums import Theme, Writer
from emails.rules.facts import Fact
from emails.rules.letters import Letter, LetterBrief
from emails.rules.prompting import build_prompt, find_faults
from emails.writing import breaker, builtin, claude, expansion, follow_ups
from emails.writing.claude import ClaudeFailed
from emails.writing.parallel import TooLate, run_together

ATTEMPTS = 2
ANSWER_WITHIN_S = 20.0
"""All letters that somebody waits for, together. Source: DESIGN, section 5, "provider deadline 20 s"."""


_FIRST_LETTERS = {Theme.RENEWAL: builtin.write_letter, Theme.EXPANSION: expansion.write_introduction}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Commission:
    """One letter to be written, with all that a writer may know."""

    brief: LetterBrief
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Written:
    """A letter, who wrote it, and what the card says about it."""

    letter: Letter
    writer: Writer
    note: str = ""


class Proposer(Protocol):
    """What a model's client offers."""

    def propose(
        self, prompt: dict[str, object], *, faults: list[str] | None = None, timeout_s: float = claude.TIMEOUT_S
    ) -> claude.Proposal: ...


def write(brief: LetterBrief, facts: Iterable[Fact], *, client: Proposer | None = None) -> Written:
    """Write one letter. May call Claude: never inside a transaction."""
    return write_all([Commission(brief, tuple(facts))], client=client)[0]


def write_all(
    commissions: Sequence[Commission], *, client: Proposer | None = None, within_s: float = ANSWER_WITHIN_S
) -> list[Written]:
    """Write the letters side by side; one that Claude does not write in time, the built-in writer writes.

    May call Claude: never inside a transaction.
    """
    client = client or claude_client()
    if client is None:
        return [write_built_in(one.brief, one.facts) for one in commissions]
    answers = ask_claude(client, commissions, within_s=within_s)
    return [
        write_built_in(one.brief, one.facts, because=answer.reason) if isinstance(answer, ClaudeFailed) else answer
        for one, answer in zip(commissions, answers, strict=True)
    ]


def ask_claude(client: Proposer, commissions: Sequence[Commission], *, within_s: float) -> list[Written | ClaudeFailed]:
    """Have Claude write the letters side by side, each by `within_s` or not at all; asks nothing while it is paused.

    An outage pauses Claude for everybody.
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


def write_built_in(brief: LetterBrief, facts: Iterable[Fact], *, because: str = "") -> Written:
    """Write without any service. because: why Claude did not, for the card."""
    compose = _FIRST_LETTERS.get(brief.theme, follow_ups.write_follow_up)
    letter = compose(brief, facts)
    why = [f"{because} The built-in writer wrote this instead."] if because else []
    return Written(letter, Writer.BUILT_IN, " ".join([*why, *letter.notes]))


def claude_client() -> claude.ClaudeClient | None:
    """Give the client where a key is set and this installation may call out; None otherwise."""
    if not settings.ANTHROPIC_API_KEY or settings.OUTBOUND != "on":
        return None
    if refuse_base(settings.ANTHROPIC_BASE_URL, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
        return None
    return claude.ClaudeClient(
        api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL, model=settings.ANTHROPIC_MODEL
    )


def _write_with(client: Proposer, one: Commission, until: float) -> Written:
    """Ask, check by code, and ask once more with the faults named. Raises ClaudeFailed.

    until: by the monotonic clock. Runs in a thread: no database in here.
    """
    prompt = build_prompt(one.brief, one.facts)
    greeting, closing = builtin.write_frame(one.brief)
    faults: list[str] = []
    for _ in range(ATTEMPTS):
        left_s = until - monotonic()
        if left_s <= 0:
            break
        proposal = client.propose(prompt, faults=faults, timeout_s=min(left_s, claude.TIMEOUT_S))
        letter = claude.as_letter(proposal, greeting=greeting, closing=closing, subject=one.brief.subject)
        faults = find_faults(letter, one.brief, one.facts, paragraphs=len(proposal.paragraphs))
        if not faults:
            return Written(letter, Writer.CLAUDE)
    if not faults:
        raise claude.late_failure()
    raise ClaudeFailed(f"Claude's text was refused: {faults[0]}", can_retry=False)


def _told(answer: Written | Exception) -> Written | ClaudeFailed:
    """Give what became of one letter. An error that nobody foresaw costs the version, never the letter."""
    if isinstance(answer, Written | ClaudeFailed):
        return answer
    if isinstance(answer, TooLate):
        return claude.late_failure()
    log.error("claude_answer_unusable", exc_info=answer)
    return ClaudeFailed("Claude's answer could not be used.", can_retry=False)
