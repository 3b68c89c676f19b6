"""What is written to Outreach.io, in JSON:API: types in the singular, ids as integers, read-only fields left out."""

from __future__ import annotations

from typing import Any

from outreach.rules.outreach_io.resources import Prospect, ProspectWrite

LONGEST_NAME = 255
LONGEST_CUSTOM = 4000
CUSTOM_FIELDS = frozenset(f"custom{number}" for number in range(1, 151))


def build_link(kind: str, number: int) -> dict[str, Any]:
    return {"data": {"type": kind, "id": int(number)}}


def build_prospect(write: ProspectWrite) -> dict[str, Any]:
    """This will write a new person."""
    attributes = {**_attributes(write), "emails": [write.email.strip().lower()]}
    data: dict[str, Any] = {"type": "prospect", "attributes": attributes}
    if write.account_id is not None:
        data["relationships"] = {"account": build_link("account", write.account_id)}
    return {"data": data}


def merge_prospect(there: Prospect, write: ProspectWrite) -> dict[str, Any] | None:
    """This will write what differs; None where nothing does.

    A PATCH replaces the whole list of emails: what stands there stays, ours is put at the end where it is missing.
    """
    before = {
        "firstName": there.first_name,
        "lastName": there.last_name,
        "title": there.title,
        "externalId": there.external_id,
        **there.custom,
    }
    attributes: dict[str, Any] = {
        name: value for name, value in _attributes(write).items() if before.get(name, "") != value
    }
    email = write.email.strip().lower()
    if email and email not in {one.strip().lower() for one in there.emails}:
        attributes["emails"] = [*there.emails, email]
    data: dict[str, Any] = {"type": "prospect", "id": there.prospect_id}
    if attributes:
        data["attributes"] = attributes
    if write.account_id is not None and there.account_id is None:
        data["relationships"] = {"account": build_link("account", write.account_id)}
    return {"data": data} if len(data) > 2 else None


def build_webhook(*, url: str, resource: str, action: str, secret: str, version: int) -> dict[str, Any]:
    attributes = {"url": url, "resource": resource, "action": action, "secret": secret, "payloadVersion": version}
    return {"data": {"type": "webhook", "attributes": attributes}}


def _attributes(write: ProspectWrite) -> dict[str, str]:
    said = {
        "firstName": _line(write.first_name),
        "lastName": _line(write.last_name),
        "title": _line(write.title),
        "externalId": _line(write.external_id),
    }
    custom = {name: value[:LONGEST_CUSTOM] for name, value in write.custom.items() if name in CUSTOM_FIELDS}
    return {name: value for name, value in {**said, **custom}.items() if value}


def _line(value: str) -> str:
    return " ".join(value.split())[:LONGEST_NAME]
