"""Which writer writes: Claude where it is set up, checked by code; else, or when it fails, the built-in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from emails.enums import Writer
from emails.rules.bases import refuse_base
from emails.rules.facts import Fact
from emails.rules.letters import Letter, LetterBrief
from emails.rules.prompting import build_prompt, find_faults
from emails.writing import builtin, claude

ATTEMPTS = 2


@dataclass(frozen=True)
class Written:
    """A letter, who wrote it, and what the card says about it."""

    letter: Letter
    writer: Writer
    note: str = ""


class Proposer(Protocol):
    """What a model's client offers."""

    def propose(self, prompt: dict[str, object], *, faults: list[str] | None = None) -> claude.Proposal: ...


def write(brief: LetterBrief, facts: Iterable[Fact], *, client: Proposer | None = None) -> Written:
    """Write the letter. May call Claude: never inside a transaction."""
    facts = tuple(facts)
    client = client or claude_client()
    if client is None:
        return write_built_in(brief, facts)
    try:
        return _write_with(client, brief, facts)
    except claude.ClaudeFailed as failure:
        return write_built_in(brief, facts, because=failure.reason)


def write_built_in(brief: LetterBrief, facts: Iterable[Fact], *, because: str = "") -> Written:
    """Write without any service. because: why Claude did not, for the card."""
    letter = builtin.write_letter(brief, facts)
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


def _write_with(client: Proposer, brief: LetterBrief, facts: tuple[Fact, ...]) -> Written:
    """Ask, check by code, and ask once more with the faults named; then leave it to the built-in writer."""
    prompt = build_prompt(brief, facts)
    greeting, closing = builtin.write_frame(brief)
    faults: list[str] = []
    for _ in range(ATTEMPTS):
        proposal = client.propose(prompt, faults=faults)
        letter = claude.as_letter(proposal, greeting=greeting, closing=closing)
        faults = find_faults(letter, brief, facts, paragraphs=len(proposal.paragraphs))
        if not faults:
            return Written(letter, Writer.CLAUDE)
    return write_built_in(brief, facts, because=f"Claude's text was refused: {faults[0]}")
