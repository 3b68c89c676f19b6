"""What the page behind an unsubscribe link shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from customers.queries.workspace import get_settings
from emails.enums import Lane
from emails.models import Draft
from emails.queries.footers import read_token
from emails.queries.suppression import list_open
from emails.rules.preferences import TOPICS, Topic, mask_address
from emails.rules.suppression import CONTACT_LIFTS, SuppressionFacts, applies_to


@dataclass(frozen=True)
class Choice:
    topic: Topic
    is_on: bool


@dataclass(frozen=True)
class Preferences:
    """stop: what is open and is not the contact's own to take back; then nothing can be chosen here."""

    company: str
    address: str
    choices: tuple[Choice, ...]
    stop: SuppressionFacts | None
    has_left: bool

    @property
    def is_off(self) -> bool:
        return not any(choice.is_on for choice in self.choices if choice.topic.is_optional)

    @property
    def is_set_by_colleague(self) -> bool:
        return self.stop is not None and not self.stop.stops_notices


def find_letter(token: str) -> Draft | None:
    """This will give the letter whose link it is; None for a token that is not ours, or whose letter is gone."""
    draft_id = read_token(token)
    if draft_id is None:
        return None
    rows = Draft.objects.select_related("stakeholder", "customer").exclude(to_email="")
    found: Draft | None = rows.filter(pk=draft_id).first()
    return found


def list_own_addresses(draft: Draft) -> list[str]:
    """This will give the addresses that the choice is about: where it went, and the person's present one."""
    person = draft.stakeholder
    return tidy_addresses([draft.to_email, person.email if person else ""])


def tidy_addresses(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(address.lower() for address in addresses if address))


def was_handed_over(draft: Draft) -> bool:
    """This will say whether a recipient can hold the link: in a preview it does nothing."""
    return draft.attempted_at is not None or draft.sent_at is not None


def read_preferences(draft: Draft) -> Preferences:
    return read_preferences_of(list_own_addresses(draft), shown=draft.to_email, has_left=was_handed_over(draft))


def read_preferences_of(addresses: Iterable[str], *, shown: str, has_left: bool = True) -> Preferences:
    """This will give what a person's addresses get. shown: the one that the page names."""
    rows = [row for found in list_open(addresses).values() for row in found]
    return Preferences(
        company=get_settings().company_name,
        address=mask_address(shown),
        choices=tuple(Choice(topic, _is_on(topic, rows)) for topic in TOPICS),
        stop=next((row for row in rows if not row.topic and row.cause not in CONTACT_LIFTS), None),
        has_left=has_left,
    )


def _is_on(topic: Topic, rows: list[SuppressionFacts]) -> bool:
    return not topic.is_optional or not any(applies_to(row, Lane(topic.lane)) for row in rows)
