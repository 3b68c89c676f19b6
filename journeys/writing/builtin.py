"""The built-in writer: composes a deliverable from what is on record, without any service.

It quotes the client's own answers, the approved plan and the months before, sorted under the key items of the month;
where nothing is on record it says so and asks. It invents no figure, date, name or advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from journeys.rules.briefs import DeliverableBrief, Earlier, Line
from journeys.rules.documents import shorten, write_section
from journeys.rules.relevance import share_out

MOST_ANSWERS, MOST_PLAN, MOST_EARLIER = 3, 4, 2
MOST_QUESTIONS = 6
LONGEST_QUOTE = 420

_CLOSERS = (
    "Keep what still holds, cross out what does not, and put a name beside whatever comes next.",
    "Read this with the people who work on it, and mark what you see differently.",
    "Choose the point that moves the rest, and begin there.",
)

_LEADS = {"answers": "In your own words:", "plan": "From your business plan:", "earlier": "From the work so far:"}
_NOTHING = "Nothing you have told us so far speaks of this. We fill it in together at the check-in."
_BUILDS_ON, _NEXT_STEPS, _QUESTIONS = "What this builds on", "Next steps", "Questions for our check-in"
_OWN_HEADINGS = frozenset({_BUILDS_ON, _NEXT_STEPS, _QUESTIONS})
_OWN_TEXTS = frozenset({*_CLOSERS, *_LEADS.values(), _NOTHING})


@dataclass(frozen=True)
class Composed:
    """A title and a text, and what could not be done."""

    title: str
    body: str
    notes: tuple[str, ...] = ()


def write_deliverable(brief: DeliverableBrief) -> Composed:
    """Compose the deliverable of one month."""
    return _Composer(brief).write()


@dataclass(frozen=True)
class _Composer:
    """One deliverable in the making."""

    brief: DeliverableBrief

    def write(self) -> Composed:
        brief = self.brief
        heads = brief.items or (brief.title,)
        filled = self.sections(heads)
        parts = [
            self.opening(),
            *([self.foundation()] if brief.earlier else []),
            *(
                self.section(head, groups, place)
                for place, (head, groups) in enumerate(zip(heads, filled, strict=True))
            ),
            self.next_steps(),
            self.questions([head for head, groups in zip(heads, filled, strict=True) if not any(groups.values())]),
        ]
        return Composed(brief.title, "\n\n".join(part for part in parts if part), tuple(self.notes()))

    def opening(self) -> str:
        brief = self.brief
        place = f"{brief.title} is {brief.phase.lower()} {brief.number} of {brief.count} for {brief.customer}."
        based = " and ".join(
            words
            for words, is_there in (
                ("your answers to our first questions", brief.given),
                ("your business plan", brief.plan),
            )
            if is_there
        )
        said = [place, brief.description]
        said.append(
            f"It is built on {based}, sorted here by what this {brief.phase.lower()} is about."
            if based
            else "It begins with questions: nothing of yours is on record yet that it could be built on."
        )
        return " ".join(text for text in said if text)

    def foundation(self) -> str:
        phase = self.brief.phase.lower()
        points = [self.achieved(month) for month in self.brief.earlier]
        return write_section(_BUILDS_ON, [f"Each {phase} stands on those before it:"], points)

    def achieved(self, month: Earlier) -> str:
        done = "; ".join(month.done)
        return f"{self.brief.phase} {month.number}, {month.title}{f': {done}' if done else ''}."

    def sections(self, heads: tuple[str, ...]) -> list[dict[str, list[str]]]:
        """What is on record for each head, by where it comes from."""
        brief = self.brief
        answers = share_out(
            heads,
            [
                (f"{row.question} {row.answer}", f"{row.question} “{shorten(row.answer, LONGEST_QUOTE)}”")
                for row in brief.given
            ],
            most=MOST_ANSWERS,
        )
        plan = share_out(
            heads,
            [(f"{line.heading} {line.text}", self.quote_line(line.heading, line.text)) for line in brief.plan],
            most=MOST_PLAN,
        )
        earlier = share_out(
            heads,
            [
                (f"{line.heading} {line.text}", self.quote_line(f"{brief.phase} {month.number}", line.text))
                for month in brief.earlier
                for line in month.lines
                if not self.is_ours(month, line)
            ],
            most=MOST_EARLIER,
        )
        return [
            {"answers": said, "plan": planned, "earlier": before}
            for said, planned, before in zip(answers, plan, earlier, strict=True)
        ]

    def is_ours(self, month: Earlier, line: Line) -> bool:
        """What this writer says in every month around what is theirs: later months do not build on it."""
        is_opening = line.text.startswith(f"{month.title} is {self.brief.phase.lower()} {month.number} of ")
        return is_opening or line.heading in _OWN_HEADINGS or line.text in _OWN_TEXTS

    def quote_line(self, heading: str, text: str) -> str:
        quoted = shorten(text, LONGEST_QUOTE)
        return f"{heading}: {quoted}" if heading else quoted

    def section(self, head: str, groups: dict[str, list[str]], place: int) -> str:
        if not any(groups.values()):
            return write_section(head, [_NOTHING])
        parts = []
        for name, lead in _LEADS.items():
            if groups[name]:
                parts.append(write_section("\0", [lead], groups[name]).split("\n\n", 1)[1])
        return "\n\n".join([f"## {head}", *parts, _CLOSERS[place % len(_CLOSERS)]])

    def next_steps(self) -> str:
        brief, phase = self.brief, self.brief.phase.lower()
        lead = f"When this {phase} is done you have:" if brief.done else ""
        after = f"Next comes {brief.next_title}, expected on {brief.next_date}." if brief.next_title else ""
        last = "" if brief.next_title else f"This is the last {phase} of the programme."
        points = "\n".join(f"- {point}" for point in brief.done)
        return "\n\n".join(text for text in (f"## {_NEXT_STEPS}", lead, points, after, last) if text)

    def questions(self, empty: list[str]) -> str:
        asked = [f"What should “{head}” say for {self.brief.customer}?" for head in empty]
        asked += self.brief.open_questions
        asked += [
            "What has changed since you answered our first questions?",
            "Which of the points above comes first, and who takes it on?",
        ]
        return write_section(_QUESTIONS, ["Bring what you can; the rest we find together."], asked[-MOST_QUESTIONS:])

    def notes(self) -> list[str]:
        if not self.brief.instruction:
            return []
        return ["The built-in writer cannot follow an instruction: it wrote from what is on record now."]
