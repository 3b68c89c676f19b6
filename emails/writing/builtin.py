"""The built-in writer: composes a letter from facts and a brief, without any service.

Every figure, date and name it writes is the display of a fact; what is not on record is not spoken of. The price
approach is followed by construction: a paragraph that may not name the price is never given it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from customers.rules.calling import given_name
from emails.enums import PriceApproach, Tone
from emails.rules import letters as keys
from emails.rules.companies import possessive, short_name
from emails.rules.expansion import link_lines
from emails.rules.facts import Fact, FactType, facts_by_key
from emails.rules.instructions import Wishes, read_instruction
from emails.rules.languages import is_english, language_name, main_code
from emails.rules.letters import Letter, LetterBrief
from emails.writing import phrases

ASSERTIVE_FROM = 75
BALANCED_FROM = 50
MOST_WINS = 3
PERSONAL_SUBJECT_ROLES = ("champion", "user")

_PAST_VERB = re.compile(
    (
        r"^(?:[a-z]+ed|cut|won|grew|built|ran|took|set|made|brought|got|hit|kept|led|met|put|sold|spent|found|went|rolled)\b"
    ),
    re.I,
)


def write_letter(brief: LetterBrief, facts: Iterable[Fact]) -> Letter:
    """Compose subject and body; notes name what was asked for and could not be done."""
    facts = tuple(facts)
    wishes = read_instruction(brief.instruction, facts)
    draft = Composer(_apply(brief, wishes), facts_by_key(facts), wishes)
    return Letter(subject=draft.subject(), body=draft.body(), notes=tuple(draft.notes()))


def write_frame(brief: LetterBrief) -> tuple[str, str]:
    """Give the greeting and the closing with signature, which no model writes, in the reader's language if known."""
    composer = Composer(brief, {}, Wishes())
    frame = phrases.FRAMES.get(main_code(brief.recipient.language))
    if frame is None:
        return composer.greeting(), "\n\n".join([*composer.links(), composer.signature()])
    greetings, closing = frame
    return composer.greeting(greetings), "\n\n".join([*composer.links(), composer.signature(closing)])


def _apply(brief: LetterBrief, wishes: Wishes) -> LetterBrief:
    return replace(brief, tone=wishes.tone or brief.tone)


@dataclass(frozen=True)
class Composer:
    """One letter in the making."""

    brief: LetterBrief
    facts: dict[str, Fact]
    wishes: Wishes

    # -- what may be said -------------------------------------------------------------------------------

    @property
    def approach(self) -> PriceApproach:
        """The approach that is really followed: without a price on record nothing is said of one."""
        chosen = self.brief.price_approach
        states_price = chosen in (PriceApproach.LEAD_WITH_PRICE, PriceApproach.VALUE_FIRST)
        if states_price and (self.wishes.hide_price or keys.PRICE_NEW not in self.facts):
            return PriceApproach.BURY_PRICE if self.brief.proposal_attached else PriceApproach.NO_PRICE
        if chosen == PriceApproach.BURY_PRICE and not self.brief.proposal_attached:
            return PriceApproach.NO_PRICE
        return chosen

    @property
    def customer(self) -> str:
        """What the account is called in running text."""
        return short_name(self.brief.customer)

    def show(self, key: str) -> str:
        fact = self.facts.get(key)
        return fact.display if fact else ""

    def pick(self, options: Sequence[str], salt: str) -> str:
        """Choose a wording by who is writing to whom, so that it is the same every time."""
        seed = f"{self.brief.customer}|{self.brief.recipient.name}|{salt}"
        return options[hashlib.sha256(seed.encode()).digest()[0] % len(options)]

    def number(self, key: str) -> Decimal | None:
        fact = self.facts.get(key)
        return Decimal(fact.value) if fact else None

    # -- subject ----------------------------------------------------------------------------------------

    def subject(self) -> str:
        customer, year = self.customer, self.year()
        first = self.first_name()
        if self.approach == PriceApproach.LEAD_WITH_PRICE:
            return f"{customer} renewal: {self.show(keys.PRICE_NEW)} proposal{f' for {year}' if year else ''}"
        if self.approach == PriceApproach.VALUE_FIRST:
            options = (
                f"{customer}{year and f' {year}'} renewal: what your team has built",
                f"{customer}: the value so far, and the renewal",
            )
            formal = f"{customer} renewal{year and f' {year}'}: return and terms"
            return formal if self.brief.tone == Tone.FORMAL else self.pick(options, "subject")
        if self.approach == PriceApproach.BURY_PRICE:
            own = self.brief.sender.company
            return f"Your {year + ' ' if year else ''}renewal{f' with {own}' if own else ''}"
        if self.brief.recipient.role in PERSONAL_SUBJECT_ROLES:
            return f"{first}, let's talk about {possessive(customer)} renewal"
        return f"Let's discuss {possessive(customer)} {year + ' ' if year else ''}renewal"

    def year(self) -> str:
        fact = self.facts.get(keys.RENEWAL_DATE)
        return fact.value[:4] if fact else ""

    def first_name(self) -> str:
        return given_name(self.brief.recipient.name) or "there"

    # -- body -------------------------------------------------------------------------------------------

    def body(self) -> str:
        paragraphs = [text for text in self.paragraphs() if text]
        return "\n\n".join([self.greeting(), *paragraphs, self.signature()])

    def greeting(self, wordings: Mapping[Tone, str] = phrases.GREETINGS) -> str:
        name = self.brief.recipient.name
        return wordings[self.brief.tone].format(first=self.first_name(), name=name)

    def paragraphs(self) -> list[str]:
        """Three to five: opening, value, what it means for this person, the renewal, one request."""
        opening, value, meaning = self.opening(), self.value(), self.meaning()
        renewal, ask = self.renewal(), self.ask()
        if self.wishes.length < 0:
            return [self.with_lead(opening, short=True), self.short_value(), _join(renewal, ask)]
        middle = [value, _join(meaning, self.extra())]
        if self.approach == PriceApproach.NO_PRICE and not self.has_proof():
            return [_join(self.with_lead(opening), renewal), *middle, ask]
        return [self.with_lead(opening), *middle, renewal, ask]

    def with_lead(self, opening: str, *, short: bool = False) -> str:
        """Put the price in front where the approach leads with it."""
        if self.approach != PriceApproach.LEAD_WITH_PRICE:
            return opening
        lead = phrases.PRICE_LEAD[self.brief.tone].format(
            on_date=_after(" on ", self.show(keys.RENEWAL_DATE)), price=self.show(keys.PRICE_NEW), change=self.change()
        )
        why = phrases.PRICE_LEAD_WHY[self.brief.tone] if self.has_proof() and not short else ""
        return _join(opening, lead, why)

    def opening(self) -> str:
        role = self.brief.recipient.role
        every = phrases.OPENINGS if self.has_proof() else phrases.OPENINGS_NO_PROOF
        options = every.get(role, every["decision_maker"])
        title = self.brief.recipient.title
        sentence = self.pick(options, "opening").format(
            customer=self.customer, customers=possessive(self.customer), title_or_lead=title or "the person responsible"
        )
        warm = self.pick(phrases.WARMTH, "warmth") if self.wishes.is_warmer else ""
        return _join(self.met(), _capital(sentence), warm)

    def met(self) -> str:
        meeting, date = self.show(keys.MEETING_TITLE), self.show(keys.MEETING_DATE)
        if meeting and date:
            return phrases.MET[self.brief.tone].format(meeting=f"“{meeting}”", date=date)
        history = self.brief.recipient.history
        return _capital(history[0].rstrip(".")) + "." if history else ""

    def value(self) -> str:
        """The value story: for a formal reader the return comes first, else what people did."""
        figures = _join(self.quantified(), self.usage())
        wins = self.win_text()
        if not figures and not wins:
            return phrases.NO_PROOF[self.brief.tone]
        if self.brief.tone == Tone.FORMAL:
            return _stack(figures, wins)
        return _stack(wins, figures)

    def has_proof(self) -> bool:
        return bool(self.quantified() or self.usage() or self.wins())

    def short_value(self) -> str:
        formal = self.brief.tone == Tone.FORMAL
        parts = [self.quantified(), self.win_text(most=1)] if formal else [self.win_text(most=1), self.quantified()]
        return _join(*parts) or self.usage() or phrases.NO_PROOF[self.brief.tone]

    def wins(self) -> list[str]:
        if "wins" in self.wishes.leave_out:
            return []
        chosen = [fact for fact in self.wishes.mention if fact.type == FactType.TEXT]
        every = [fact for key, fact in sorted(self.facts.items()) if key.startswith(keys.WIN_PREFIX)]
        ordered = list(dict.fromkeys([*chosen, *every]))
        return [fact.display.strip().rstrip(".") for fact in ordered if fact.key.startswith(keys.WIN_PREFIX)]

    def win_text(self, most: int = MOST_WINS) -> str:
        wins = self.wins()[:most]
        if not wins:
            return ""
        if len(wins) == 1:
            return self.one_win(wins[0])
        points = "\n".join(f"- {_capital(win)}" for win in wins)
        heads = phrases.WINS_LIST_BEHIND_VALUE if self.quantified() else phrases.WINS_LIST
        return f"{heads[self.brief.tone]}\n{points}"

    def one_win(self, win: str) -> str:
        if _PAST_VERB.match(win):
            return f"Your team {_small(win)}."
        return phrases.WIN_INTRO[self.brief.tone].format(first=_small(win))

    def quantified(self) -> str:
        if "roi" in self.wishes.leave_out:
            return ""
        tone, value = self.brief.tone, self.show(keys.VALUE_QUANTIFIED)
        if not value:
            return self.leverage(phrases.LEVERAGE_ALONE[tone])
        wordings = phrases.QUANTIFIED_AFTER_WINS if self.wins() and tone != Tone.FORMAL else phrases.QUANTIFIED
        sentence = wordings[tone].format(value=value, customer=self.customer)
        leverage = self.leverage(phrases.LEVERAGE)
        return f"{sentence}, {leverage}." if leverage else f"{sentence}."

    def leverage(self, wording: str) -> str:
        number = self.number(keys.VALUE_LEVERAGE)
        if number is None or number <= 1:
            return ""
        return wording.format(leverage=self.show(keys.VALUE_LEVERAGE), customer=self.customer)

    def usage(self) -> str:
        growth = self.number(keys.USAGE_GROWTH_PCT)
        if growth is None or growth < 1 or "usage" in self.wishes.leave_out:
            return ""
        metric = self.show(keys.USAGE_METRIC)
        wordings = phrases.USAGE if self.wins() or self.quantified() else phrases.USAGE_ALONE
        wording = phrases.USAGE_OF if metric else phrases.USAGE_BY
        grown = wordings[self.brief.tone].format(
            growth=wording.format(metric=metric, growth=self.show(keys.USAGE_GROWTH_PCT))
        )
        level = self.show(keys.USAGE_LEVEL)
        if self.wishes.length > 0 and level and metric:
            return _join(grown, phrases.USAGE_LEVEL.format(level=level, metric=metric))
        return grown

    def meaning(self) -> str:
        """What it means for this person: advocacy, operations, or budget."""
        role = self.brief.recipient.role
        if role in ("champion", "user"):
            options = phrases.FOR_CHAMPION if self.has_proof() else phrases.FOR_CHAMPION_NO_PROOF
            return self.pick(options, "meaning").format(customer=self.customer)
        if role == "economic_buyer":
            return self.pick(self.for_buyer(), "meaning")
        return self.pick(phrases.FOR_DECISION_MAKER, "meaning")

    def for_buyer(self) -> Sequence[str]:
        if not self.has_proof():
            return phrases.FOR_BUYER_NO_PROOF
        states_price = self.approach in (PriceApproach.LEAD_WITH_PRICE, PriceApproach.VALUE_FIRST)
        return phrases.FOR_BUYER if states_price and self.quantified() else phrases.FOR_BUYER_NO_PRICE

    def asks_for_view(self) -> bool:
        """Whether the letter asks what they think before the request at its end; once is enough."""
        return not self.has_proof() or self.approach == PriceApproach.NO_PRICE

    def extra(self) -> str:
        """The engagement approach in one sentence; more when a longer letter is wanted."""
        approach = self.brief.engagement_approach.lower()
        fitting = next((text for words, text in phrases.APPROACH_WORDS if any(word in approach for word in words)), "")
        if self.asks_for_view() or self.confidence() == "open":
            fitting = ""
        mentions = " ".join(self.mention(fact) for fact in self.wishes.mention)
        ahead = ""
        if self.wishes.length > 0:
            ahead = self.pick(phrases.NEXT_TERM, "ahead").format(customer=self.customer)
        return _join(mentions, fitting, ahead)

    def mention(self, fact: Fact) -> str:
        """Bring a fact in that a person asked for, unless the letter says it anyway or may not say it."""
        said_anyway = fact.key.startswith((keys.WIN_PREFIX, "usage.", "value.", "meeting.", "renewal."))
        if said_anyway or fact.key in keys.PRICE_KEYS or fact.type in (FactType.NAME, FactType.TEXT):
            return ""
        return f"{_capital(fact.label)}: {fact.display}{f' {fact.unit}' if fact.unit else ''}."

    def renewal(self) -> str:
        tone, date = self.brief.tone, self.show(keys.RENEWAL_DATE)
        if self.approach == PriceApproach.NO_PRICE:
            return self.only_date()
        if self.approach == PriceApproach.BURY_PRICE:
            return phrases.ATTACHED_ONLY[tone].format(date=_after("; the renewal date is ", date))
        attached = self.attached()
        if self.approach == PriceApproach.LEAD_WITH_PRICE:
            return _join(self.peer(), attached)
        wording = phrases.PRICE_AFTER if self.has_proof() else phrases.PRICE_PLAIN
        price = wording[tone].format(
            from_date=_after(" from ", date), price=self.show(keys.PRICE_NEW), change=self.change()
        )
        return _join(price, self.peer(), attached)

    def only_date(self) -> str:
        tone, date = self.brief.tone, self.show(keys.RENEWAL_DATE)
        if self.has_proof():
            return phrases.ONLY_DATE[tone].format(date=_after(" on ", date))
        lead = phrases.RENEWAL_DATE_IS.format(date=date) if date else ""
        return _capital(phrases.ONLY_DATE_NO_PROOF[tone].format(date=lead))

    def attached(self) -> str:
        if not self.brief.proposal_attached:
            return ""
        term = self.show(keys.TERM_MONTHS)
        return phrases.ATTACHED_WITH_PRICE.format(term=f" for {term} months" if term else "")

    def peer(self) -> str:
        """Only where it speaks for us: -8 means 8 % below the average of peers."""
        fact = self.facts.get(keys.PRICE_PEER_PCT)
        if fact is None or Decimal(fact.value) >= 0:
            return ""
        return phrases.PEER.format(gap=fact.display.lstrip("-−"))

    def change(self) -> str:
        """ "", or the change from the present price in words."""
        percent, current = self.number(keys.PRICE_INCREASE_PCT), self.show(keys.PRICE_CURRENT)
        if percent is None or not current:
            return f" (currently {current})" if current else ""
        shown = self.show(keys.PRICE_INCREASE_PCT).lstrip("-−")
        if percent == 0:
            return ", unchanged from today"
        word = "more" if percent > 0 else "less"
        return f", {shown} {word} than the current {current}"

    def ask(self) -> str:
        if "meeting" in self.wishes.leave_out:
            return phrases.ASKS_REPLY[self.brief.tone]
        tone, confidence = self.brief.tone, self.confidence()
        ask = phrases.ASKS[confidence][tone].format(minutes=self.brief.meeting_minutes)
        asks_view = confidence == "open" and not self.asks_for_view()
        return _join(phrases.ASK_VIEW[tone], ask) if asks_view else ask

    def confidence(self) -> str:
        """How sure Prepare is decides how firmly we ask. Source: Engage, "Integration with Prepare"."""
        score = self.brief.confidence
        if score is None:
            return "balanced"
        if score >= ASSERTIVE_FROM:
            return "assertive"
        return "balanced" if score >= BALANCED_FROM else "open"

    def links(self) -> list[str]:
        """The addresses that code puts under the text, as one paragraph."""
        lines = link_lines(self.brief)
        return ["\n".join(lines)] if lines else []

    def signature(self, closing: str = "") -> str:
        sender = self.brief.sender
        closing = closing or self.pick(phrases.CLOSINGS[self.brief.tone], "closing")
        block = sender.signature.strip() or "\n".join(
            part for part in (sender.name, sender.title, sender.company, sender.phone) if part
        )
        return f"{closing}\n{block}"

    # -- what could not be done -------------------------------------------------------------------------

    def notes(self) -> list[str]:
        notes = [
            f"Not done: “{part}” – the built-in writer does not understand it." for part in self.wishes.not_understood
        ]
        person = self.brief.recipient
        if not is_english(person.language):
            notes.append(
                f"This letter is in English, the built-in writer's only language; {person.name} reads "
                f"{language_name(person.language)}."
            )
        hides = self.brief.price_approach in (PriceApproach.BURY_PRICE, PriceApproach.NO_PRICE)
        if self.wishes.asks_price and hides:
            notes.append(
                "Not done: the chosen price approach keeps the price out of the text. Change the approach first."
            )
        if keys.PRICE_NEW not in self.facts and not hides:
            notes.append("No locked price on record, so the letter names none.")
        notes += [
            f"Not done: the price is mentioned only as the price approach says ({fact.label})."
            for fact in self.wishes.mention
            if fact.key in keys.PRICE_KEYS and hides
        ]
        return notes


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _stack(first: str, second: str) -> str:
    """One paragraph; a list of points keeps its lines."""
    if "\n" in first or "\n" in second:
        return "\n".join(part for part in (first, second) if part)
    return _join(first, second)


def _after(lead: str, text: str) -> str:
    return f"{lead}{text}" if text else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """Write the first letter small inside a sentence, unless the word is a name or an abbreviation."""
    is_plain_word = bool(_PAST_VERB.match(text)) and text[1:2].islower()
    return text[:1].lower() + text[1:] if is_plain_word else text
