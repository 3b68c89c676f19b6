"""Who and what is meant, among what the person may see: not theirs and not there look the same."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from config.desk.commands.answers import Caller, Choice, ask, refuse
from config.desk.commands.language.grammar import Intent
from config.desk.commands.language.matching import MOST_GIVEN, Matches, Named, Rank, core, match_names, plain
from config.desk.commands.tokens import Token, make_token
from customers.models import Customer, Stakeholder
from emails.enums import EDITABLE_STATES, DraftState
from emails.models import Draft
from emails.queries.listing import list_visible_drafts
from outreach.models import OutreachSequence, UpsellIntroduction
from outreach.queries.outreach_io import list_offered

MOST_READ = 60
MOST_LIKE = 3000
"""So many names are compared for what only sounds like it."""
SHORTEST_GUESS = 3


@dataclass
class Task:
    """One command under way. pins: ids that a person chose or confirmed. guesses: what was read into their words."""

    intent: Intent
    caller: Caller
    pins: dict[str, str] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)
    is_by_model: bool = False

    def choice(
        self, label: str, *, text: str = "", note: str = "", intent: Intent | None = None, **pins: Any
    ) -> Choice:
        """Give a way to go on with more known: `pins` besides those that are."""
        chosen = intent or self.intent
        known = {**self.pins, **{kind: str(value) for kind, value in pins.items()}}
        token = make_token(Token(chosen, known), by=self.caller.by, now=self.caller.now)
        return Choice(label, text or chosen.text or label, confirm=token, note=note)

    def pinned(self, kind: str) -> UUID | None:
        return uuid.UUID(self.pins[kind]) if self.pins.get(kind) else None


# Accounts


def search_customers(words: str, caller: Caller, *, fuzzy: bool = True) -> Matches[Customer]:
    """Find the accounts that the words fit best, of those that the person may see."""
    rows: Any = Customer.objects.visible_to(caller.by).select_related("owner")
    if by_id := rows.filter(external_id=words).first() if words else None:
        return Matches((by_id,), Rank.EXACT)
    wanted = rows
    for word in core(words).split()[:6]:
        wanted = wanted.filter(search_text__contains=word)
    found = match_names(words, [Named(row, row.name) for row in wanted[:MOST_READ]], fuzzy=False)
    if found.found or not fuzzy or len(plain(words)) < SHORTEST_GUESS:
        return found
    names = rows.order_by("name").values_list("pk", "name")[:MOST_LIKE]
    like = match_names(words, [Named(pk, name) for pk, name in names])
    known = {row.pk: row for row in rows.filter(pk__in=like.found[:MOST_GIVEN])}
    return Matches(tuple(known[pk] for pk in like.found if pk in known), like.rank)


def find_customer(task: Task, *, words: str = "") -> Customer | None:
    """Give the account that is meant; None where none is named and none is at hand. Raises Stop."""
    if (pinned := task.pinned("customer")) is not None:
        return _visible_customer(task, pinned)
    said = words or task.intent.customer
    if not said:
        return _visible_customer(task, task.caller.here) if task.caller.here else None
    return choose_customer(task, said, search_customers(said, task.caller))


def require_customer(task: Task) -> Customer:
    """Give the account that is meant. Raises Stop."""
    found = find_customer(task)
    if found is None:
        raise ask("Which account?")
    return found


def choose_customer(task: Task, said: str, matches: Matches[Customer]) -> Customer:
    if not matches.found:
        raise refuse(f"I find no account “{said}” among yours.")
    if len(matches.found) > 1:
        choices = [
            task.choice(row.name, note=_told_apart(row), text=_with_name(task.intent, row.name), customer=row.pk)
            for row in matches.found[:MOST_GIVEN]
        ]
        more = f" The first {MOST_GIVEN} of them are shown." if len(matches.found) > MOST_GIVEN else ""
        raise ask(f"{len(matches.found)} accounts fit “{said}”. Which one?{more}", *choices)
    found = matches.found[0]
    if not matches.is_sure:
        task.guesses.append(f"I read “{said}” as {found.name}.")
    return found


def _visible_customer(task: Task, pk: UUID) -> Customer:
    rows = Customer.objects.visible_to(task.caller.by).select_related("owner", "account_executive")
    found: Customer | None = rows.filter(pk=pk).first()
    if found is None:
        raise refuse("There is no such account, or it is not yours.")
    return found


def _told_apart(row: Customer) -> str:
    owner = row.owner.display_name if row.owner else "nobody"
    return ", ".join(part for part in (row.segment, row.external_id or "", f"owned by {owner}") if part)


def _with_name(intent: Intent, name: str) -> str:
    """The sentence with the whole name in place of what was said of it."""
    span = intent.spans.get("customer")
    return f"{intent.text[: span[0]]}{name}{intent.text[span[1] :]}" if span else intent.text


# People


def search_people(words: str, caller: Caller, *, customer: Customer | None) -> Matches[Stakeholder]:
    """Find the people whom the words fit best: at the account, else at any that the person may see."""
    rows: Any = Stakeholder.objects.visible_to(caller.by).filter(left_at=None).select_related("customer__owner")
    if customer is not None:
        rows = rows.filter(customer=customer)
        return match_names(words, [Named(row, row.name) for row in rows[:MOST_READ]])
    if "@" in words:
        return Matches(tuple(rows.filter(email__iexact=words.strip())[:MOST_GIVEN]), Rank.EXACT)
    for word in plain(words).split()[:4]:
        rows = rows.filter(search_text__contains=word)
    return match_names(words, [Named(row, row.name) for row in rows[:MOST_READ]], fuzzy=False)


def find_person(task: Task, customer: Customer | None) -> Stakeholder | None:
    """Give the person who is named; None where nobody is. Raises Stop."""
    if (pinned := task.pinned("person")) is not None:
        rows = Stakeholder.objects.visible_to(task.caller.by).filter(left_at=None)
        found: Stakeholder | None = rows.select_related("customer__owner").filter(pk=pinned).first()
        if found is None:
            raise refuse("There is no such person, or they are not yours.")
        return found
    said = task.intent.person
    return choose_person(task, said, search_people(said, task.caller, customer=customer), customer) if said else None


def choose_person(task: Task, said: str, matches: Matches[Stakeholder], customer: Customer | None) -> Stakeholder:
    where = f" at {customer.name}" if customer else ""
    if not matches.found:
        raise refuse(f"I find nobody called “{said}”{where or ' at your accounts'}.")
    if len(matches.found) > 1:
        choices = [
            task.choice(f"{row.name}, {row.customer.name}", note=row.title, person=row.pk, customer=row.customer_id)
            for row in matches.found[:MOST_GIVEN]
        ]
        raise ask(f"{len(matches.found)} people fit “{said}”{where}. Who is meant?", *choices)
    found = matches.found[0]
    if not matches.is_sure:
        task.guesses.append(f"I read “{said}” as {found.name}.")
    return found


def find_customer_or_person(task: Task) -> tuple[Customer, Stakeholder | None]:
    """Take words that may name an account or a person: the account first. Raises Stop."""
    intent = task.intent
    if "person" in task.pins or intent.person:
        customer = _whole_customer(task)
        if customer is not None:
            return customer, None
        named = find_customer(task) if intent.customer or "customer" in task.pins else None
        person = find_person(task, named)
        if person is None:
            raise ask("Who is meant?")
        return named or person.customer, person
    if "customer" in task.pins or not intent.customer:
        return require_customer(task), None
    sure = search_customers(intent.customer, task.caller, fuzzy=False)
    if sure.found:
        return choose_customer(task, intent.customer, sure), None
    here = find_customer(replace_intent(task, customer="")) if task.caller.here else None
    people = search_people(intent.customer, task.caller, customer=here)
    if not people.found and here is not None:
        people = search_people(intent.customer, task.caller, customer=None)
    if people.found:
        person = choose_person(task, intent.customer, people, None)
        return person.customer, person
    return require_customer(task), None


def _whole_customer(task: Task) -> Customer | None:
    """The account whose name looks like "somebody of somewhere": Bank of America is no Bank at America."""
    whole = task.intent.whole
    if not whole or task.pins:
        return None
    matches = search_customers(whole, task.caller, fuzzy=False)
    return choose_customer(task, whole, matches) if matches.rank in (Rank.EXACT, Rank.PREFIX) else None


def replace_intent(task: Task, **changes: Any) -> Task:
    return Task(replace(task.intent, **changes), task.caller, dict(task.pins), task.guesses)


# Sequences


def find_sequence(task: Task, sequences: Sequence[OutreachSequence]) -> OutreachSequence:
    """Give the sequence that is named. Raises Stop."""
    if pinned := task.pins.get("sequence"):
        found = next((row for row in sequences if str(row.sequence_id) == pinned), None)
        if found is None:
            raise refuse("This sequence is no longer offered at Outreach.io.")
        return found
    said = task.intent.sequence
    named = [Named(row, row.name) for row in sequences]
    matches = match_names(said, named) if said else Matches(tuple(sequences), None)
    if not matches.found:
        choices = [task.choice(row.name, sequence=row.sequence_id) for row in sequences[:MOST_GIVEN]]
        raise ask(f"Outreach.io offers no sequence “{said}”. Which one?", *choices)
    if len(matches.found) > 1 or not said:
        choices = [task.choice(row.name, sequence=row.sequence_id) for row in matches.found[:MOST_GIVEN]]
        raise ask(f"Several sequences fit “{said}”. Which one?" if said else "Into which sequence?", *choices)
    if not matches.is_sure:
        task.guesses.append(f"I read “{said}” as the sequence {matches.found[0].name}.")
    return matches.found[0]


def offered_sequences() -> list[OutreachSequence]:
    rows = list(list_offered())
    if not rows:
        raise refuse(
            "No sequence is offered: Outreach.io is not connected, or its sequences are switched off there.",
            links=(("Outreach.io", "/settings/outreach"),),
        )
    return rows


# Drafts


def find_draft(task: Task) -> Draft:
    """Give the draft that is meant: the chosen one, that of the account or person, else the person's own last ones."""
    rows = list_visible_drafts(task.caller.by).exclude(state=DraftState.CANCELLED)
    if (pinned := task.pinned("draft")) is not None:
        found: Draft | None = rows.filter(pk=pinned).first()
        if found is None:
            raise refuse("There is no such draft, or it is not yours.")
        return found
    open_rows = rows.filter(state__in=sorted(EDITABLE_STATES)).order_by("-updated_at", "pk")
    if task.intent.customer or task.intent.person or "customer" in task.pins:
        customer, person = find_customer_or_person(task)
        open_rows = open_rows.filter(customer=customer, **({"stakeholder": person} if person else {}))
        whose = f" to {person.name}" if person else f" to {customer.name}"
    else:
        own = UpsellIntroduction.objects.filter(written_by=task.caller.by).values("draft")
        mine = open_rows.filter(written_by=task.caller.by) | open_rows.filter(pk__in=own)
        here = mine.filter(customer=task.caller.here) if task.caller.here else mine
        open_rows, whose = here, " of yours"
    found_rows = list(open_rows[: MOST_GIVEN + 1])
    if not found_rows:
        raise refuse(f"No draft{whose} waits to be sent.")
    if len(found_rows) > 1:
        choices = [
            task.choice(f"“{row.subject or 'No subject'}” to {row.to_name}", note=row.customer.name, draft=row.pk)
            for row in found_rows[:MOST_GIVEN]
        ]
        raise ask("Several drafts wait. Which one?", *choices)
    return found_rows[0]
