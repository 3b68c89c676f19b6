"""What a client sees of their journey, and what a link to it may do. Pure; dates are the customer's."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from journeys.enums import JourneyState
from journeys.rules.journeys import MonthFacts

LINK_DAYS = 90
"""After the journey's last month: long enough to read the last deliverable again, short enough not to lie about."""

VISITS_A_MINUTE = 300
"""Of one link. A person clicks less, and a scanner that follows every link of a mail ten times over stays below."""
GUESSES_A_MINUTE = 30
"""Of one address, with tokens that are not ours."""

HANDLES_MOST, HANDLE_LONGEST = 10, 120
PHONE_SIGNS = frozenset("0123456789+-/(). ")


class ClientState(StrEnum):
    """One month as the client sees it."""

    NEW = "new"
    OPENED = "opened"
    PREPARING = "preparing"
    PLANNED = "planned"
    LEFT_OUT = "left_out"
    ENDED = "ended"


STATE_WORDS = {
    ClientState.NEW: "Ready for you",
    ClientState.OPENED: "Done",
    ClientState.PREPARING: "Being prepared",
    ClientState.PLANNED: "Planned",
    ClientState.LEFT_OUT: "Left out",
    ClientState.ENDED: "Not part of it any more",
}


def last_link_date(last_due: date | None, today: date) -> date:
    """Give the customer's day on which a link that is needed today ends. last_due: the journey's last month."""
    return max(last_due or today, today) + timedelta(days=LINK_DAYS)


def client_state(month: MonthFacts, *, journey: JourneyState, today: date) -> ClientState:
    """Say how a month stands in the client's eyes: what we do behind it, and why, is ours."""
    if month.is_delivered:
        return ClientState.NEW if month.opened_at is None else ClientState.OPENED
    if month.is_skipped:
        return ClientState.LEFT_OUT
    if journey == JourneyState.CANCELLED:
        return ClientState.ENDED
    return ClientState.PLANNED if today < month.due_date else ClientState.PREPARING


def refuse_phone(phone: str) -> str:
    """Say what is wrong with a phone number; "" where nothing is."""
    digits = sum(sign.isdigit() for sign in phone)
    if not phone or (set(phone) <= PHONE_SIGNS and 4 <= digits <= 20):
        return ""
    return "Enter a phone number in digits, such as +1 212 555 0100."


def tidy_handles(text: str) -> list[str]:
    """Give the social media handles, one a line, without empty lines and doubles."""
    return list(dict.fromkeys(line for raw in text.splitlines() if (line := " ".join(raw.split()))))


def refuse_handles(handles: list[str]) -> str:
    """Say what is wrong with the list; "" where nothing is."""
    if len(handles) > HANDLES_MOST:
        return f"Give at most {HANDLES_MOST}, one a line."
    if any(len(handle) > HANDLE_LONGEST for handle in handles):
        return f"Keep each to {HANDLE_LONGEST} letters."
    return ""
