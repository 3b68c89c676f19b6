"""The built-in writer's upsell introductions: helpful first, with a way to make do before the way to buy.

A figure, plan or feature that is not on record is not spoken of; what is left is still a whole letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from customers.rules.metrics import metric_name, metric_title
from emails.enums import Tone
from emails.rules import expansion as keys
from emails.rules.companies import possessive
from emails.rules.expansion import DIRECT, MOST_FEATURES, MOST_LINES, Framed, LineField, line_key, unused_key
from emails.rules.facts import Fact, facts_by_key
from emails.rules.instructions import read_instruction
from emails.rules.languages import is_english, language_name
from emails.rules.letters import Letter, LetterBrief
from emails.writing import expansion_phrases as phrases
from emails.writing.builtin import Composer


def write_introduction(brief: LetterBrief, facts: Iterable[Fact]) -> Letter:
    """Compose an introduction by its framing and directness; notes name what was asked for and could not be done."""
    facts = tuple(facts)
    wishes = read_instruction(brief.instruction, facts)
    composer = _Introduction(replace(brief, tone=wishes.tone or brief.tone), facts_by_key(facts), wishes)
    return Letter(subject=composer.subject(), body=composer.body(), notes=tuple(composer.notes()))


class _Introduction(Composer):
    """One introduction in the making."""

    @property
    def framing(self) -> Framed:
        return Framed(self.brief.framing) if self.brief.framing else Framed.EDUCATIONAL

    @property
    def directness(self) -> str:
        return DIRECT if self.brief.directness == DIRECT else "soft"

    def subject(self) -> str:
        metric = self.show(keys.TRIGGER)
        subjects = phrases.SUBJECTS | (phrases.SUBJECTS_ON_METRIC if metric else {})
        wording = self.brief.subject or subjects[self.framing][self.directness]
        subject = wording.format(customer=self.customer, customers=possessive(self.customer), metric=metric)
        return subject[:1].upper() + subject[1:]

    def paragraphs(self) -> list[str]:
        lines = self.lines()
        sign = phrases.GOOD_SIGN[self.brief.tone] if lines and self.says_good_sign() else ""
        proof = self.win_text(most=1) if self.framing == Framed.VALUE_ADD else ""
        return [
            _join(self.met(), self.opening(), proof),
            "\n".join([phrases.WHERE_IT_STANDS, *lines]) if lines else "",
            sign,
            self.options(),
            self.also_asked(),
            self.ask(),
            *self.links(),
        ]

    def says_good_sign(self) -> bool:
        return self.framing in (Framed.PROBLEM_SOLVING, Framed.PROACTIVE) and self.wishes.length >= 0

    def opening(self) -> str:
        plan, metric = self.show(keys.PLAN_NOW), self.show(keys.TRIGGER)
        used = self.number(line_key(1, LineField.PERCENT))
        is_past = bool(metric) and used is not None and used > 100
        said = phrases.OPENINGS[self.framing][self.brief.tone].format(
            customer=self.customer,
            plan=phrases.YOUR_PLAN.format(plan=plan) if plan else phrases.NO_PLAN,
            on=phrases.ON_METRIC.format(metric=metric) if metric else "",
            above_all=phrases.METRIC_ABOVE_ALL.format(metric=metric) if metric else "",
            near=phrases.PAST_LIMIT if is_past else phrases.NEAR_LIMIT,
        )
        return said[:1].upper() + said[1:]

    # -- usage ------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        if "usage" in self.wishes.leave_out:
            return []
        most = MOST_LINES if self.framing != Framed.EDUCATIONAL else 1 if self.show(keys.TRIGGER) else 0
        return [f"- {line}" for place in range(1, most + 1) if (line := self.line(place))]

    def line(self, place: int) -> str:
        used = self.facts.get(line_key(place, LineField.USED))
        if used is None:
            return ""
        limit, percent = self.show(line_key(place, LineField.LIMIT)), self.show(line_key(place, LineField.PERCENT))
        growth = self.show(line_key(place, LineField.GROWTH))
        wording = phrases.LINE if limit and percent else phrases.LINE_NO_LIMIT
        said = wording.format(metric=metric_title(used.unit), used=used.display, limit=limit, percent=percent)
        return said + (phrases.LINE_GROWTH.format(growth=growth) if growth else "")

    # -- the two ways -----------------------------------------------------------------------------------

    def options(self) -> str:
        return "\n".join(
            [
                phrases.TWO_WAYS[self.directness],
                f"- {phrases.OPTIMISE_HEAD}{self.optimise()}.",
                f"- {phrases.EXPAND_HEAD}{self.expand()}.",
            ]
        )

    def optimise(self) -> str:
        inactive = self.facts.get(keys.INACTIVE)
        if inactive is not None:
            return phrases.OPTIMISE_INACTIVE.format(count=inactive.display, unit=inactive.unit)
        used = self.facts.get(unused_key(1, LineField.USED))
        limit = self.show(unused_key(1, LineField.LIMIT))
        if used is not None and limit:
            return phrases.OPTIMISE_UNUSED.format(metric=metric_name(used.unit), used=used.display, limit=limit)
        return phrases.OPTIMISE[self.framing]

    def expand(self) -> str:
        offer = self.show(keys.OFFER)
        if not offer:
            return phrases.EXPAND_NO_OFFER[self.directness]
        said = phrases.EXPAND[self.directness].format(offer=offer)
        features = self.features()
        return said + (phrases.EXPAND_WITH.format(features="; ".join(features)) if features else "")

    def features(self) -> list[str]:
        """What the plan brings: what was asked for is never left out, and stands last, marked as such."""
        asked = {text.casefold() for text in self.texts(keys.REQUEST_PREFIX)}
        found = sorted(self.texts(keys.FEATURE_PREFIX), key=lambda text: text.casefold() not in asked)
        shown = found[: 2 if self.wishes.length < 0 else MOST_FEATURES]
        others = [text for text in shown if text.casefold() not in asked]
        wished = [phrases.ASKED_FOR.format(feature=text) for text in shown if text.casefold() in asked]
        return [*others, *wished]

    def also_asked(self) -> str:
        """What they asked for and the plan does not bring: a reason to talk, never a promise."""
        brought = {text.casefold() for text in self.texts(keys.FEATURE_PREFIX)}
        others = [text for text in self.texts(keys.REQUEST_PREFIX) if text.casefold() not in brought]
        if not others or self.wishes.length < 0:
            return ""
        return phrases.ALSO_ASKED.format(requests=_listed(others[:2]))

    def texts(self, prefix: str) -> list[str]:
        found = [(key, fact) for key, fact in self.facts.items() if key.startswith(prefix)]
        return [fact.display for _, fact in sorted(found, key=lambda pair: int(pair[0].removeprefix(prefix)))]

    # -- the request ------------------------------------------------------------------------------------

    def ask(self) -> str:
        tone: Tone = self.brief.tone
        if "meeting" in self.wishes.leave_out:
            return phrases.ASKS_REPLY[tone]
        return phrases.ASKS[self.directness][tone].format(minutes=self.brief.meeting_minutes, customer=self.customer)

    def notes(self) -> list[str]:
        notes = [
            f"Not done: “{part}” – the built-in writer does not understand it." for part in self.wishes.not_understood
        ]
        if self.wishes.asks_price:
            notes.append("Not done: an introduction states no price. It proposes a conversation first.")
        person = self.brief.recipient
        if not is_english(person.language):
            notes.append(
                f"This letter is in English, the built-in writer's only language; {person.name} reads "
                f"{language_name(person.language)}."
            )
        return notes


def _listed(texts: list[str]) -> str:
    """Put together with commas and "and"; with semicolons where a part has a comma of its own."""
    if len(texts) == 1:
        return texts[0]
    gap = "; " if any("," in text for text in texts[:-1]) else ", "
    last = f"{gap}and " if gap == "; " else " and "
    return f"{gap.join(texts[:-1])}{last}{texts[-1]}"


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
