"""What has become of a draft since somebody saw it."""

from __future__ import annotations

from dataclasses import dataclass

from emails.models import Draft


@dataclass(frozen=True)
class Change:
    """One part of a letter that reads otherwise now. field: "subject" or "body"."""

    field: str
    old: str
    new: str


def list_changes(current: Draft, *, seen: int | None) -> list[Change]:
    """This will compare the text of the version that was seen with the present one.

    Empty where it is not known what was seen, or where only its surroundings (copy, files, tone) have changed.
    """
    if seen is None or seen >= current.version:
        return []
    known = current.versions.filter(is_aside=False, version__lte=seen).order_by("-version").first()
    if known is None:
        return []
    parts = (("subject", known.subject, current.subject), ("body", known.body, current.body))
    return [Change(*part) for part in parts if part[1] != part[2]]
