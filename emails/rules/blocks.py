"""A long text in blocks: "## " heads a section, "- " begins a point, an empty line ends a paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

HEADING, POINT, TEXT = "heading", "point", "text"

_SIGN = re.compile(r"(?:(?P<heading>#{1,6})|[-•*])\s+")
"""Plans come with every sort of markdown."""


@dataclass(frozen=True)
class Block:
    """One piece as it is shown. Exactly one of heading, paragraph, points says something."""

    heading: str = ""
    paragraph: str = ""
    points: tuple[str, ...] = ()


def parse_document(body: str) -> tuple[Block, ...]:
    """Give the blocks in their order; lines that belong together stand in one."""
    blocks: list[Block] = []
    for kind, lines in groupby((line.strip() for line in body.splitlines()), kind_of_line):
        if kind == HEADING:
            blocks += [Block(heading=_SIGN.sub("", line)) for line in lines]
        elif kind == POINT:
            blocks.append(Block(points=tuple(_SIGN.sub("", line) for line in lines)))
        elif kind == TEXT:
            blocks.append(Block(paragraph="\n".join(lines)))
    return tuple(blocks)


def sign_of_line(line: str) -> int:
    """Give how many letters begin a heading or a point before its words; 0 where it is neither."""
    sign = _SIGN.match(line)
    return sign.end() if sign else 0


def kind_of_line(line: str) -> str:
    """Say what a line is: HEADING, POINT, TEXT, or "" where it is empty."""
    sign = _SIGN.match(line)
    if sign:
        return HEADING if sign["heading"] else POINT
    return TEXT if line else ""
