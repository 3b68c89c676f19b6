"""What an enrollment needs at Outreach.io before it can be asked for there: each missing thing with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from emails.rules.receipts import Line
from outreach.rules.enrollment.criteria import PLAN_OPEN


@dataclass(frozen=True)
class PreflightFacts:
    """sequence, mailbox: why nobody can be put into it, or nothing sent from it; "" when that can be done.

    goes_anyway: a person said that an open Engage plan is no reason to wait.
    """

    sequence: str = ""
    mailbox: str = ""
    connection: str = ""
    is_plan_open: bool = False
    goes_anyway: bool = False
    opted_out_there: bool = False


def check_preflight(facts: PreflightFacts) -> tuple[Line, ...]:
    """This will give a line of the receipt for each, as the gate gives its own."""
    plan_stops = facts.is_plan_open and not facts.goes_anyway
    plan_note = "An Engage plan is open; a person enrolls anyway." if facts.is_plan_open else "No Engage plan is open."
    return (
        _line("connection", facts.connection, "Outreach.io is connected.", "not_connected"),
        _line("sequence", facts.sequence, "The sequence takes people.", "sequence"),
        _line("mailbox", facts.mailbox, "The mailbox can send.", "mailbox"),
        _line(
            "opt_out_there",
            "The person has opted out at Outreach.io." if facts.opted_out_there else "",
            "Has not opted out there.",
            "suppressed",
        ),
        _line("engage_plan", PLAN_OPEN if plan_stops else "", plan_note, "plan_open"),
    )


def _line(check: str, refusal: str, note: str, code: str) -> Line:
    return Line(check, False, refusal, code) if refusal else Line(check, True, note)
