"""What somebody wrote, without what they quote and without their signature.

Line by line, in one pass: top posting, bottom posting and answers between the quotes, in the forms of the usual mail
programs. Nothing here looks further than a few lines ahead, so that a hostile mail costs no more than a long one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emails.rules.replies.attribution import is_attribution
from emails.rules.replies.quoting_words import BANNERS, CLOSINGS, DISCLAIMERS, HEADER_LABELS, SENT_FROM, SEPARATORS
from emails.rules.replies.words import find_first, fold

MOST_LINES = 5_000
LONGEST_LINE = 400
"""Of a line so much is looked at."""

MOST_SIGNATURE_LINES = 12
LONGEST_SIGNATURE_LINE = 90
LONGEST_CLOSING = 60
_CLOSINGS = frozenset(closing.replace("ss", "s") for closing in CLOSINGS)
_RULE = re.compile(r"[\s*]{0,5}[_\-=*]{5,}[\s*]{0,5}$")
_LABEL = re.compile(r"[\s*>]{0,6}([a-z\-]{1,12})\s{0,3}\*?\s{0,2}:")
_DASHES = re.compile(r"[-–—_*\s>]{0,40}")


@dataclass(frozen=True)
class Stripped:
    """text: what the writer added. has_quote: whether anything was taken for quoted."""

    text: str
    has_quote: bool


def strip_reply(text: str, *, writer: str = "") -> Stripped:
    """This will give what the writer added. writer: their name, for a signature that is nothing but it."""
    lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")[:MOST_LINES]]
    kept, has_quote = _drop_quotes(_drop_banner(lines))
    kept = _drop_signature(_drop_disclaimer(kept), writer)
    return Stripped("\n".join(_squeeze(kept)), has_quote)


def _drop_quotes(lines: list[str]) -> tuple[list[str], bool]:
    """Keep the lines that are no quote. Where no mark tells what is quoted, all below the announcement is."""
    kept: list[str] = []
    has_quote = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith(">"):
            has_quote = True
        elif length := _separator_length(lines, at):
            return kept, True
        elif length := _attribution_length(lines, at):
            has_quote = True
            at += length
            if not _is_marked(lines, at):
                return kept, True
            continue
        else:
            kept.append(line)
        at += 1
    return kept, has_quote


def _separator_length(lines: list[str], at: int) -> int:
    """How many lines announce that all below is quoted: "-----Original Message-----", or From: and Sent:."""
    here = fold(lines[at][:LONGEST_LINE])
    bare = _DASHES.sub("", here, count=1).strip(" -–—_*:")
    if len(bare) <= 60 and bare in SEPARATORS:
        return 1
    if _RULE.match(here):
        below = _next_filled(lines, at + 1)
        return 1 if below is not None and _count_labels(lines, below) >= 2 else 0
    return 1 if _count_labels(lines, at) >= 3 else 0


def _count_labels(lines: list[str], at: int) -> int:
    """How many header lines follow one another, an empty or a folded one between them overlooked."""
    found, missed = 0, 0
    for line in lines[at : at + 8]:
        match = _LABEL.match(fold(line[:LONGEST_LINE]))
        if match and match[1] in HEADER_LABELS:
            found += 1
        else:
            missed += 1
            if missed > 1 or not found:
                break
    return found


def _attribution_length(lines: list[str], at: int) -> int:
    """How many lines announce a quote: "On … Dana wrote:", also where it was broken into two or three."""
    if not lines[at].strip():
        return 0
    for length in (1, 2, 3):
        part = lines[at : at + length]
        if len(part) < length or (length > 1 and not part[-1].strip()):
            return 0
        joined = " ".join(one.strip() for one in part)
        if len(joined) <= LONGEST_LINE and joined.endswith(":") and is_attribution(joined):
            return length
    return 0


def _is_marked(lines: list[str], at: int) -> bool:
    """Whether the quote that is announced is marked line by line, so that what is not is the writer's."""
    below = _next_filled(lines, at)
    return below is not None and lines[below].lstrip().startswith(">")


def _next_filled(lines: list[str], at: int) -> int | None:
    return next((place for place in range(at, min(at + 6, len(lines))) if lines[place].strip()), None)


def _drop_banner(lines: list[str]) -> list[str]:
    """Drop the paragraph that a company's server put on top."""
    first = _next_filled(lines, 0)
    if first is None or not fold(lines[first][:100]).lstrip(" *[").startswith(BANNERS):
        return lines
    end = next((at for at in range(first, min(first + 8, len(lines))) if not lines[at].strip()), first)
    return lines[end + 1 :]


def _drop_disclaimer(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if at and len(line) > 10 and not lines[at - 1].strip() and _is_disclaimer(line):
            return lines[:at]
    return lines


def _is_disclaimer(line: str) -> bool:
    found = find_first(DISCLAIMERS, line[:120])
    return found is not None and found.start <= 3


def _drop_signature(lines: list[str], writer: str) -> list[str]:
    lines = _without_end(lines)
    for at, line in enumerate(lines):
        bare = line.strip()
        if bare in ("--", "-- ", "—") and at:
            return _without_closing(lines[:at], writer)
        if _is_sent_from(bare) and len(lines) - at <= MOST_SIGNATURE_LINES:
            return _without_closing(lines[:at], writer)
    return _without_closing(lines, writer)


def _is_sent_from(line: str) -> bool:
    return len(line) <= 80 and fold(line).lstrip("*_ ").startswith(SENT_FROM)


def _without_closing(lines: list[str], writer: str) -> list[str]:
    """Drop the closing words and the short lines under them, then a last line that is the writer's name."""
    lines = _without_end(lines)
    for at in range(max(0, len(lines) - MOST_SIGNATURE_LINES), len(lines)):
        if (
            _is_closing(lines[at], writer)
            and all(_is_short(line) for line in lines[at + 1 :])
            and any(line.strip() for line in lines[:at])
        ):
            return _without_end(lines[:at])
    if len(lines) > 1 and _is_name(lines[-1], writer):
        return _without_end(lines[:-1])
    for at in range(max(1, len(lines) - 6), len(lines)):
        # The name on a line of its own, with title and company under it.
        if not lines[at - 1].strip() and _is_name(lines[at], writer) and all(_is_short(one) for one in lines[at + 1 :]):
            return _without_end(lines[:at])
    return lines


def _is_closing(line: str, writer: str) -> bool:
    if len(line) > LONGEST_CLOSING:
        return False
    bare = fold(line).strip(" ,.!-–").replace("ss", "s")
    if bare in _CLOSINGS:
        return True
    start, _, rest = bare.rpartition(" ")
    return start in _CLOSINGS and _is_name(rest, writer)


def _is_short(line: str) -> bool:
    return len(line) <= LONGEST_SIGNATURE_LINE and not line.rstrip().endswith("?")


def _is_name(line: str, writer: str) -> bool:
    """Whether a line is the writer's name, one of its names, or their first letters."""
    bare = fold(line).strip(" ,.-–")
    names = fold(writer).replace(",", " ").split()
    if not bare or not names or len(bare) > LONGEST_CLOSING:
        return False
    words = [word.strip(".") for word in bare.split()]
    return all(word in names or (len(word) == 1 and any(name.startswith(word) for name in names)) for word in words)


def _without_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _squeeze(lines: list[str]) -> list[str]:
    """At most one empty line between two, none at either end."""
    squeezed: list[str] = []
    for line in _without_end(lines):
        if line.strip() or (squeezed and squeezed[-1].strip()):
            squeezed.append(line)
    return squeezed
