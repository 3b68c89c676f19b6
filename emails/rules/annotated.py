"""The blocks of a text whose claims are marked: the same as `blocks`, each line still knowing its claims. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from emails.rules.annotation import Segment
from emails.rules.blocks import kind_of_line, sign_of_line

Line = tuple[Segment, ...]


@dataclass(frozen=True)
class AnnotatedBlock:
    """kind: HEADING, POINT or TEXT of `blocks`. lines: headings, points, or the lines of a paragraph."""

    kind: str
    lines: tuple[Line, ...]


def parse_annotated(segments: Iterable[Segment]) -> list[AnnotatedBlock]:
    """Give the blocks in their order, without the signs that begin headings and points."""
    found = groupby(_list_lines(list(segments)), lambda pair: pair[0])
    return [AnnotatedBlock(kind, tuple(line for _, line in group)) for kind, group in found if kind]


def _list_lines(segments: Sequence[Segment]) -> Iterator[tuple[str, Line]]:
    """What each line is, and its segments from its first word to its last."""
    place = 0
    for raw in "".join(segment.text for segment in segments).splitlines(keepends=True):
        text = raw.strip()
        begin = place + len(raw) - len(raw.lstrip())
        yield kind_of_line(text), tuple(_slice(segments, begin + sign_of_line(text), begin + len(text)))
        place += len(raw)


def _slice(segments: Sequence[Segment], begin: int, end: int) -> Iterator[Segment]:
    """The segments between two places of the whole text, cut there."""
    place = 0
    for segment in segments:
        text = segment.text[max(begin - place, 0) : max(end - place, 0)]
        if text:
            yield replace(segment, text=text)
        place += len(segment.text)
