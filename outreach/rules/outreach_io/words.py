"""What scopes, steps and intervals are called for people."""

from __future__ import annotations

from collections.abc import Iterable

NOUNS = {
    "prospects": "people",
    "accounts": "companies",
    "sequences": "sequences",
    "sequenceStates": "people in sequences",
    "mailings": "mails of sequences",
    "users": "colleagues",
    "webhooks": "webhooks",
    "mailboxes": "mailboxes",
}
VERBS = {"read": "Read", "write": "Write", "delete": "Delete", "all": "Read, write and delete"}
STEPS = {"auto_email": "Mail", "manual_email": "Mail by hand", "call": "Call", "task": "Task"}
DAY_S = 24 * 3600


def scope_words(scopes: Iterable[str]) -> list[str]:
    """This will say each scope in words; one that is not known stands as it is."""
    said = []
    for scope in scopes:
        noun, _, verb = scope.partition(".")
        known = noun in NOUNS and verb in VERBS
        said.append(f"{VERBS[verb]} {NOUNS[noun]}" if known else scope)
    return said


def step_words(kind: str, interval_s: int | None) -> str:
    """This will say a step and when it comes after the one before: "Mail after 3 days"."""
    name = STEPS.get(kind, kind.replace("_", " ").capitalize() or "Step")
    if not interval_s:
        return name
    days, hours = divmod(interval_s, DAY_S)[0], interval_s % DAY_S // 3600
    if days:
        return f"{name} after {days} day{'' if days == 1 else 's'}"
    return f"{name} after {hours} h" if hours else f"{name} after {max(1, interval_s // 60)} min"


def disconnect_words(*, in_sequences: int, waiting: int) -> list[str]:
    """This will say what stays behind: people whom sequences go on writing to, and those who are not enrolled yet."""
    said = []
    if in_sequences:
        who = "1 person stays in a sequence" if in_sequences == 1 else f"{in_sequences} people stay in sequences"
        said.append(f"{who} there, and their replies are no longer heard here. Pause or remove them first.")
    if waiting:
        which = "1 enrollment waits" if waiting == 1 else f"{waiting} enrollments wait"
        said.append(f"{which} here until it is connected again.")
    return said
