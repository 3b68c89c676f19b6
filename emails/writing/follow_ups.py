"""The built-in writer's letters that follow another: short, in its thread, with a reason to answer.

They never state a price: who reads them has the first letter, and it said as much as its approach allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from customers.rules.calling import given_name
from emails.enums import Theme
from emails.rules import letters as keys
from emails.rules.companies import possessive, short_name
from emails.rules.facts import Fact, facts_by_key
from emails.rules.instructions import read_instruction
from emails.rules.languages import is_english, language_name
from emails.rules.letters import Letter, LetterBrief
from emails.writing import expansion_phrases
from emails.writing import follow_up_phrases as phrases
from emails.writing.builtin import Composer


def write_follow_up(brief: LetterBrief, facts: Iterable[Fact]) -> Letter:
    """Compose a letter of any theme but the renewal; its subject is the thread's, or says what it is about."""
    facts = tuple(facts)
    wishes = read_instruction(brief.instruction, facts)
    composer = _FollowUp(replace(brief, tone=wishes.tone or brief.tone), facts_by_key(facts), wishes)
    return Letter(subject=composer.subject(), body=composer.body(), notes=tuple(composer.notes()))


class _FollowUp(Composer):
    """One letter in the making."""

    def subject(self) -> str:
        return self.brief.subject or SUBJECTS[self.brief.theme].format(
            customer=self.customer, customers=possessive(self.customer), meeting=self.show(keys.AHEAD_TITLE)
        )

    def paragraphs(self) -> list[str]:
        return PARAGRAPHS[self.brief.theme](self)

    def notes(self) -> list[str]:
        """What could not be done; prices are not among it, since none is asked for."""
        notes = [f"Not done: “{part}” – the built-in writer does not understand it." for part in self.not_understood]
        person = self.brief.recipient
        if not is_english(person.language):
            notes.append(f"This letter is in English; {person.name} reads {language_name(person.language)}.")
        return notes

    @property
    def not_understood(self) -> tuple[str, ...]:
        return self.wishes.not_understood

    # -- reminder ---------------------------------------------------------------------------------------

    def reminder(self) -> list[str]:
        tone = self.brief.tone
        opening = self.pick(phrases.REMINDER[tone], "reminder").format(of_date=self.dated(" of "))
        due = self.show(keys.RENEWAL_DATE)
        why = phrases.REMINDER_WHY[tone].format(date=due) if due and self.wishes.length >= 0 else ""
        warm = self.warmth()
        return [_join(opening, warm), _join(self.one_proof(), why), self.ask_briefly(phrases.REMINDER_ASK[tone])]

    def expansion_reminder(self) -> list[str]:
        tone, wordings = self.brief.tone, expansion_phrases
        opening = wordings.REMINDER[tone].format(of_date=self.dated(" of "))
        why = wordings.REMINDER_WHY[tone].format(customer=self.customer) if self.wishes.length >= 0 else ""
        said = _join(opening[:1].upper() + opening[1:], self.warmth())
        return [said, why, self.ask_briefly(wordings.REMINDER_ASK[tone])]

    def ask_briefly(self, wording: str) -> str:
        if "meeting" in self.wishes.leave_out:
            return phrases.ONE_LINE_ASK[self.brief.tone]
        return wording.format(minutes=self.brief.meeting_minutes, customer=self.customer)

    def one_proof(self) -> str:
        """One line that makes an answer worth while: a success, else a figure."""
        if self.wishes.length < 0:
            return ""
        win = self.win_text(most=1)
        if win.startswith("Your "):
            return phrases.BUILD_ON.format(proof=f"y{win[1:]}")
        return win or self.quantified() or self.usage()

    def dated(self, lead: str) -> str:
        """When the first letter left, if that is on record."""
        day = self.show(keys.LETTER_DATE)
        return f"{lead}{day}" if day else ""

    # -- from an executive, and to the champion ---------------------------------------------------------

    def escalation(self) -> list[str]:
        title, company = self.brief.sender.title, self.brief.sender.company
        who = phrases.ESCALATION_WHO if title and company else phrases.ESCALATION_NO_TITLE
        why = phrases.ESCALATION_WHY if self.brief.other else phrases.ESCALATION_WHY_ALONE
        return [
            _join(
                who.format(title=title, company=short_name(company)),
                why.format(other=self.brief.other, customer=self.customer, since=self.dated(" since ")),
            ),
            self.one_proof(),
            self.ask_briefly(phrases.ESCALATION_ASK),
        ]

    def introduction(self) -> list[str]:
        who = phrases.INTRODUCTION_WHO if self.brief.other else phrases.INTRODUCTION_WHO_ALONE
        said = who.format(other=self.brief.other, customer=self.customer, on_date=self.dated(" on "))
        return [_join(said, phrases.INTRODUCTION_WHY), self.one_proof(), self.ask_briefly(phrases.INTRODUCTION_ASK)]

    def nudge(self) -> list[str]:
        other = self.brief.other
        said = phrases.NUDGE.format(other=other, on_date=self.dated(" on "))
        first = given_name(other)
        return [_join(said, phrases.NUDGE_WHY.format(others=possessive(first))), phrases.NUDGE_ASK.format(first=first)]

    # -- around a meeting -------------------------------------------------------------------------------

    def confirmation(self) -> list[str]:
        tone, time = self.brief.tone, self.show(keys.AHEAD_TIME)
        said = phrases.CONFIRMATION[tone].format(
            meeting=f"“{self.show(keys.AHEAD_TITLE)}”",
            date=self.show(keys.AHEAD_DATE),
            at_time=f" at {time}" if time else "",
        )
        agenda = _points(phrases.AGENDA, self.brief.points) or phrases.AGENDA_USUAL[tone]
        return [said, agenda if self.wishes.length >= 0 else "", phrases.CONFIRMATION_ASK[tone]]

    def recap(self) -> list[str]:
        tone, day = self.brief.tone, self.show(keys.AHEAD_DATE)
        thanks = phrases.RECAP[tone].format(on_date=f" on {day}" if day else "")
        said = [
            _points(phrases.RECAP_POINTS, self.brief.points),
            _points(phrases.RECAP_STEPS, self.brief.steps),
        ]
        middle = [text for text in said if text] or [phrases.RECAP_EMPTY[tone]]
        return [_join(thanks, self.warmth()), *middle, phrases.RECAP_ASK[tone]]

    # -- to an objection --------------------------------------------------------------------------------

    def answer(self) -> list[str]:
        """The four steps of the rehearsal as the caller gives them: acknowledge, reframe, value anchor, bridge."""
        return [_join(phrases.ANSWER_THANKS[self.brief.tone], *self.brief.points[:1]), *self.brief.points[1:]]

    def warmth(self) -> str:
        return self.pick(WARM, "warmth") if self.wishes.is_warmer else ""


WARM = ("It is a pleasure to work with you and your team.", "Thank you for the trust that you put in us.")

PARAGRAPHS: Mapping[Theme, Callable[[_FollowUp], list[str]]] = {
    Theme.REMINDER: _FollowUp.reminder,
    Theme.ESCALATION: _FollowUp.escalation,
    Theme.INTRODUCTION: _FollowUp.introduction,
    Theme.NUDGE: _FollowUp.nudge,
    Theme.CONFIRMATION: _FollowUp.confirmation,
    Theme.RECAP: _FollowUp.recap,
    Theme.ANSWER: _FollowUp.answer,
    Theme.EXPANSION_REMINDER: _FollowUp.expansion_reminder,
}
SUBJECTS: Mapping[Theme, str] = {
    Theme.REMINDER: "{customers} renewal",
    Theme.ESCALATION: "{customers} renewal: a word in person",
    Theme.INTRODUCTION: "{customers} renewal: introducing myself",
    Theme.NUDGE: "A small favour about {customers} renewal",
    Theme.CONFIRMATION: "Our meeting: {meeting}",
    Theme.RECAP: "Thank you, and what we agreed",
    Theme.ANSWER: "{customers} renewal",
    Theme.EXPANSION_REMINDER: "A word about {customer}",
}


def _points(head: str, points: Iterable[str]) -> str:
    lines = [f"- {point.strip().rstrip('.')}" for point in points if point.strip()]
    return "\n".join([head, *lines]) if lines else ""


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
