"""The writer that asks Claude. The only file that imports `anthropic`, which takes a second: inside the call.

Contract: Messages API, `anthropic` 2.x, structured output through output_config. The key is never logged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from emails.rules.letters import Letter
from emails.rules.prompting import SCHEMA, SYSTEM

TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 2.0
MAX_TOKENS = 4000


class ClaudeFailed(Exception):
    """Raised when there is no usable answer.

    can_retry: whether asking again later may help. is_outage: nobody answered at all, so no other letter would fare
    better now.
    """

    def __init__(self, reason: str, *, can_retry: bool, is_outage: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.can_retry = can_retry
        self.is_outage = is_outage


def late_failure() -> ClaudeFailed:
    return ClaudeFailed("Claude did not answer in time.", can_retry=True, is_outage=True)


@dataclass(frozen=True)
class Proposal:
    """What the model proposes: a subject and paragraphs, nothing else."""

    subject: str
    paragraphs: tuple[str, ...]


class ClaudeClient:
    """Asks the model for one letter. Everything is given explicitly, so that no stray variable changes the account."""

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._model = model

    def propose(
        self, prompt: dict[str, Any], *, faults: list[str] | None = None, timeout_s: float = TIMEOUT_S
    ) -> Proposal:
        """Ask once. faults: what was wrong with the previous answer. Raises ClaudeFailed."""
        content = json.dumps(prompt, ensure_ascii=False)
        if faults:
            content += "\n\nYour previous text was refused:\n" + "\n".join(f"- {fault}" for fault in faults)
        return _read(self._call(content, timeout_s, system=SYSTEM, schema=SCHEMA))

    def answer(
        self,
        content: str,
        *,
        system: str,
        schema: dict[str, Any],
        timeout_s: float = TIMEOUT_S,
        max_tokens: int = MAX_TOKENS,
    ) -> Any:
        """Ask once for JSON of this schema, which the caller checks all the same. Raises ClaudeFailed."""
        return _read_json(self._call(content, timeout_s, system=system, schema=schema, max_tokens=max_tokens))

    def choose_tool(
        self,
        content: str,
        *,
        system: str,
        tools: list[dict[str, Any]],
        timeout_s: float = TIMEOUT_S,
        max_tokens: int = MAX_TOKENS,
    ) -> tuple[str, Any] | None:
        """Ask once which of the tools fits: its name and input, which the caller checks; None where it chose none.

        Nothing is carried out by it. Raises ClaudeFailed.
        """
        return _read_tool(self._create(content, timeout_s, system=system, max_tokens=max_tokens, tools=tools))

    def _call(
        self, content: str, timeout_s: float, *, system: str, schema: dict[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Any:
        form = {"format": {"type": "json_schema", "schema": schema}}
        return self._create(content, timeout_s, system=system, max_tokens=max_tokens, output_config=form)

    def _create(self, content: str, timeout_s: float, *, system: str, max_tokens: int, **how: Any) -> Any:
        import anthropic

        timeout = anthropic.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s))
        client = anthropic.Anthropic(api_key=self._api_key, base_url=self._base_url, timeout=timeout, max_retries=0)
        try:
            with client:
                return client.messages.create(
                    model=self._model,
                    max_tokens=max_tokens,
                    system=system,
                    messages=[{"role": "user", "content": content}],
                    **how,
                )
        except anthropic.APITimeoutError:
            raise late_failure() from None
        except anthropic.APIConnectionError:
            raise ClaudeFailed("Claude could not be reached.", can_retry=True, is_outage=True) from None
        except anthropic.APIStatusError as error:
            raise _status_failure(error.status_code) from None
        except (anthropic.AnthropicError, ValueError, TypeError) as error:
            raise ClaudeFailed(
                f"Claude's answer could not be read ({type(error).__name__}).", can_retry=False
            ) from None


def _status_failure(status: int) -> ClaudeFailed:
    if status in (401, 403):
        return ClaudeFailed("Claude refused the key.", can_retry=False)
    if status == 429:
        return ClaudeFailed("Claude's rate limit is reached.", can_retry=True)
    if status >= 500 or status in (408, 409):
        return ClaudeFailed(f"Claude is not available (status {status}).", can_retry=True)
    return ClaudeFailed(f"Claude refused the request (status {status}).", can_retry=False)


def _read_tool(message: Any) -> tuple[str, Any] | None:
    """Take the one tool out of a message; several are none, since nobody can say which was meant."""
    stop = getattr(message, "stop_reason", None)
    if stop in ("refusal", "end_turn"):
        return None
    if stop != "tool_use":
        raise ClaudeFailed("Claude's answer was cut off.", can_retry=True)
    used = [block for block in message.content or [] if getattr(block, "type", "") == "tool_use"]
    return (used[0].name, used[0].input) if len(used) == 1 else None


def _read_json(message: Any) -> Any:
    """Take the JSON out of a message: blocks are chosen by type, thinking may come first."""
    stop = getattr(message, "stop_reason", None)
    if stop == "refusal":
        raise ClaudeFailed("Claude declined to write this.", can_retry=False)
    if stop in ("max_tokens", "model_context_window_exceeded"):
        raise ClaudeFailed("Claude's text was cut off.", can_retry=True)
    blocks = getattr(message, "content", None) or []
    text = "".join(block.text for block in blocks if getattr(block, "type", "") == "text")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise other_shape() from None


def other_shape() -> ClaudeFailed:
    return ClaudeFailed("Claude's answer has another shape than asked for.", can_retry=True)


def _read(message: Any) -> Proposal:
    """Take the proposal out of a message."""
    row = _read_json(message)
    try:
        subject, paragraphs = row["subject"], row["paragraphs"]
    except (KeyError, TypeError, IndexError):
        raise other_shape() from None
    if not isinstance(subject, str) or not isinstance(paragraphs, list):
        raise other_shape()
    texts = tuple(text.strip() for text in paragraphs if isinstance(text, str) and text.strip())
    return Proposal(subject=" ".join(subject.split()), paragraphs=texts)


def as_letter(proposal: Proposal, *, greeting: str, closing: str, subject: str = "") -> Letter:
    """Put greeting and signature around the model's paragraphs. subject: the thread's, which it may not change."""
    return Letter(subject=subject or proposal.subject, body="\n\n".join([greeting, *proposal.paragraphs, closing]))
