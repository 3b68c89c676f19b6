"""The text of a deliverable: “## ” heads a section, “- ” begins a point, a blank line parts paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emails.rules.blocks import Block, parse_document

MOST_TITLE = 200
MOST_BODY = 60_000
"""Some 25 printed pages: what a client is handed for one month is shorter."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading; the first one may have none."""

    heading: str
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(text for block in self.blocks for text in (block.paragraph, *block.points) if text)


def parse_sections(body: str) -> tuple[Section, ...]:
    """Gather what stands under each heading."""
    sections: list[Section] = []
    heading, blocks = "", list[Block]()
    for block in (*parse_document(body), Block(heading="\0")):
        if not block.heading:
            blocks.append(block)
            continue
        if heading or blocks:
            sections.append(Section(heading, tuple(blocks)))
        heading, blocks = block.heading, []
    return tuple(sections)


def write_section(heading: str, paragraphs: Iterable[str] = (), points: Iterable[str] = ()) -> str:
    """Write one section; empty pieces are left out."""
    listed = "\n".join(f"- {one_line(point)}" for point in points if point.strip())
    said = [one_line(paragraph) for paragraph in paragraphs if paragraph.strip()]
    return "\n\n".join([f"## {one_line(heading)}", *said, *([listed] if listed else [])])


def one_line(text: str) -> str:
    """Keep what somebody typed from becoming a heading or a point of ours."""
    return " ".join(text.split()).lstrip("#-•* ")


def shorten(text: str, most: int) -> str:
    """Cut at the end of a sentence that fits, else after a word, so that no figure is cut in two."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[:most]
    ends = [match.end() for match in re.finditer(r"[.!?](?=\s)", cut)]
    if ends and ends[-1] > most // 3:
        return cut[: ends[-1]]
    return f"{cut.rsplit(' ', 1)[0].rstrip(',;:')} …"


def split_text(text: str, *, most: int) -> Sequence[tuple[str, str]]:
    """Cut what somebody wrote into (heading, line) pairs: each paragraph and each point by itself."""
    found: list[tuple[str, str]] = []
    for section in parse_sections(text):
        for line in section.lines:
            found.append((section.heading, " ".join(line.split())))
            if len(found) == most:
                return found
    return found
