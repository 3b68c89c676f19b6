"""Templates of mails: `{{name}}` over a flat dictionary, and nothing else. A value is never read again.

A line of which every name is empty is left out, so that "Review your {{previousTitle}}" does not stand there without
one. `[Label]({{link}})` on a line of its own is a button. Source: DESIGN, section 5, Journey.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from emails.rules.facts import Fact, text_fact
from emails.rules.rendering import Button, clean_line, clean_text, has_line_break
from emails.rules.texts import find_mentions

SOURCE_KIND = "mail_template"
"""Of the facts that a template's own words are: "3 days before" stands in the published text."""

MOST_SUBJECT = 200
MOST_BODY = 10_000

_NAME = re.compile(r"\{\{([^{}\n]*)\}\}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_BUTTON = re.compile(r"\[([^\[\]]*)\]\(\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}\)\Z")
_BRACES = re.compile(r"\{[{%#]?|[}%#]?\}")


class MissingValue(KeyError):
    """Raised when a template uses a name that nobody gave a value for."""


@dataclass(frozen=True)
class Problem:
    """What is wrong in a template. part: "subject" or "body"; line: from 1."""

    part: str
    line: int
    words: str

    def __str__(self) -> str:
        return self.words if self.part == "subject" else f"Line {self.line}: {self.words}"


@dataclass(frozen=True)
class Filled:
    """A mail from a template. buttons: those of the body, as code put them in. used: the names it used."""

    subject: str
    body: str
    buttons: tuple[Button, ...]
    used: frozenset[str]


@dataclass(frozen=True)
class _Line:
    """parts: words and names in turn, words first. label: a button's, in the same way; link: the name it leads to."""

    parts: tuple[str, ...]
    label: tuple[str, ...] = ()
    link: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compiled:
    """A template taken apart, once per text."""

    subject: _Line
    body: tuple[_Line, ...]
    names: frozenset[str]


def find_problems(*, subject: str, body: str, names: Collection[str], links: Collection[str]) -> list[Problem]:
    """Say what keeps a template from being saved, each with its place.

    names: all that it may use; links: those among them that are addresses, which stand in buttons alone.
    """
    found = list(_form_problems(subject, body))
    for part, text in (("subject", subject), ("body", body)):
        for number, line in enumerate(clean_text(text).split("\n"), 1):
            found += [Problem(part, number, words) for words in _line_problems(line.strip(), part, names, links)]
    return found


@lru_cache(maxsize=256)
def compile_template(subject: str, body: str) -> Compiled:
    """Take a template apart."""
    first = _line_of(clean_line(subject))
    lines = tuple(_line_of(line.rstrip()) for line in clean_text(body).rstrip().split("\n"))
    used = frozenset(name for line in (first, *lines) for name in line.names)
    return Compiled(first, lines, used)


def fill(template: Compiled, values: Mapping[str, str]) -> Filled:
    """Put the values in. Raises MissingValue for a name without one; an empty text is a value."""
    try:
        subject = clean_line(_join(template.subject.parts, values))
        body, buttons = _fill_body(template.body, values)
    except KeyError as error:
        raise MissingValue(f"There is no value for {{{{{error.args[0]}}}}}.") from None
    return Filled(subject, body, buttons, template.names)


def bind(template: Compiled, values: Mapping[str, str], *, own: Collection[str]) -> Compiled:
    """Put in what many mails have in common; `own` names, among them the address of each button, stay to be filled.

    Filled with the own values, it says what the whole template would. Raises MissingValue.
    """
    try:
        lines = [bound for line in template.body if (bound := _bind_line(line, values, own)) is not None]
        subject = _Line(_bind_parts(template.subject.parts, values, own))
    except KeyError as error:
        raise MissingValue(f"There is no value for {{{{{error.args[0]}}}}}.") from None
    return Compiled(subject, tuple(_join_lines(lines)), template.names)


def one_line(text: object) -> str:
    """Make a value of one line: what somebody is called cannot begin a line of its own, nor a header."""
    return clean_line(str(text))


def points(lines: Iterable[object]) -> str:
    """Make a value of several lines, each a point."""
    return "\n".join(f"- {one_line(line)}" for line in lines if one_line(line))


@lru_cache(maxsize=256)
def words_of(subject: str, body: str) -> tuple[str, ...]:
    """List a template's own words that claim a figure, a date or a name: the publisher vouches for them."""
    template = compile_template(subject, body)
    own = [words.strip(" .") for line in (template.subject, *template.body) for words in line.parts[::2]]
    claiming = [words for words in own if words and find_mentions(words)]
    return tuple(dict.fromkeys(claiming))


def facts_of_words(version_id: object, subject: str, body: str, *, url: str = "") -> tuple[Fact, ...]:
    """Make facts of a template's own words, so that the check of a filled text finds a record behind each claim."""
    where = {"kind": SOURCE_KIND, "label": "Template", "url": url}
    return tuple(
        text_fact(f"template.{place}", words, id=version_id, field=f"words_{place}", **where)
        for place, words in enumerate(words_of(subject, body), 1)
    )


def _form_problems(subject: str, body: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("subject", 1, "A mail needs a subject.")
    if has_line_break(subject.strip()):
        yield Problem("subject", 1, "The subject must be one line.")
    if len(subject) > MOST_SUBJECT:
        yield Problem("subject", 1, f"At most {MOST_SUBJECT} characters.")
    if not body.strip():
        yield Problem("body", 1, "A mail needs a text.")
    if len(body) > MOST_BODY:
        yield Problem("body", 1, f"At most {MOST_BODY:,} characters.")


def _line_problems(line: str, part: str, names: Collection[str], links: Collection[str]) -> Iterator[str]:
    button = _BUTTON.match(line) if part == "body" else None
    if button and button[2] not in links:
        yield f"A button leads to one of: {', '.join(sorted(links)) or 'nothing in this mail'}; not to “{button[2]}”."
    place = 0
    rest: list[str] = []
    for match in _NAME.finditer(line):
        rest.append(line[place : match.start()])
        place = match.end()
        is_target = button is not None and place == len(line) - 1
        yield from _name_problems(match[1].strip(), names, links, is_target=is_target)
    rest.append(line[place:])
    stray = next((found.group() for words in rest for found in _BRACES.finditer(words)), "")
    if stray:
        yield f"“{stray}” means nothing here; a name stands as {{{{clientName}}}}."


def _name_problems(name: str, names: Collection[str], links: Collection[str], *, is_target: bool) -> Iterator[str]:
    if not _WORD.match(name) or name not in names:
        yield f"“{{{{{name[:40]}}}}}” is not known. Known are: {', '.join(sorted(names))}."
    elif name in links and not is_target:
        button = f"[Words on it]({{{{{name}}}}})"
        yield f"“{{{{{name}}}}}” is an address: put it in a button, {button}, on a line of its own."


def _line_of(line: str) -> _Line:
    button = _BUTTON.match(line.strip())
    if button is None:
        parts = _split(line)
        return _Line(parts, names=parts[1::2])
    parts = _split(line.strip())
    return _Line(parts, label=_split(button[1]), link=button[2], names=parts[1::2])


def _split(line: str) -> tuple[str, ...]:
    """Words and names in turn, words first and last."""
    return tuple(part.strip() if place % 2 else part for place, part in enumerate(_NAME.split(line)))


def _fill_body(lines: Iterable[_Line], values: Mapping[str, str]) -> tuple[str, tuple[Button, ...]]:
    filled: list[str] = []
    buttons: list[Button] = []
    for line in lines:
        if line.names and not any(values[name] for name in line.names):
            continue
        if not line.link:
            filled.append(_join(line.parts, values))
        elif values[line.link]:
            button = Button(one_line(_join(line.label, values)), values[line.link])
            buttons.append(button)
            filled.append(button.line)
    text = "\n".join(filled)
    return (_without_gaps(text) if "\n\n\n" in text else text.strip()), tuple(buttons)


def _join(parts: tuple[str, ...], values: Mapping[str, str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return "".join([values[part] if place % 2 else part for place, part in enumerate(parts)])


def _without_gaps(text: str) -> str:
    """Lines that were left out leave one gap, not two."""
    return re.sub(r"\n(?:[ \t]*\n){2,}", "\n\n", text).strip()


def _bind_line(line: _Line, values: Mapping[str, str], own: Collection[str]) -> _Line | None:
    """A line that shows a common value is there whatever the others are; one of which all are empty is left out."""
    if line.link and line.link not in own:
        raise ValueError(f"A button's address is not common to many mails: {line.link}.")
    still = tuple(name for name in line.names if name in own)
    is_there = any(values[name] for name in line.names if name not in own)
    if line.names and not still and not is_there:
        return None
    return _Line(
        _bind_parts(line.parts, values, own),
        label=_bind_parts(line.label, values, own) if line.link else (),
        link=line.link,
        names=() if is_there else still,
    )


def _bind_parts(parts: tuple[str, ...], values: Mapping[str, str], own: Collection[str]) -> tuple[str, ...]:
    bound = [""]
    for place, part in enumerate(parts):
        if place % 2 and part in own:
            bound += [part, ""]
        else:
            bound[-1] += values[part] if place % 2 else part
    return tuple(bound)


def _join_lines(lines: Iterable[_Line]) -> list[_Line]:
    """Lines that follow each other and are there in any case count as one."""
    joined: list[_Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last is None or last.link or last.names or line.link or line.names:
            joined.append(line)
        else:
            joined[-1] = _Line((*last.parts[:-1], f"{last.parts[-1]}\n{line.parts[0]}", *line.parts[1:]))
    return joined
