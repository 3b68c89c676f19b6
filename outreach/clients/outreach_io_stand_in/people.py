"""Prospects at the stand-in: made, merged by whoever writes, one address each."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from outreach.clients.outreach_io_stand_in.news import tell_news
from outreach.clients.outreach_io_stand_in.shapes import Refusal, Reply, Request, invalid
from outreach.clients.outreach_io_stand_in.things import find_thing, found_by, put_thing, tell
from outreach.models import StandInThing

READ_ONLY = frozenset({"name", "emailsOptedAt", "optedOutAt", "createdAt", "updatedAt", "openCount", "clickCount",
                       "replyCount", "engagedAt", "engagedScore"})  # fmt: skip
WRITABLE = re.compile(
    r"firstName|middleName|lastName|title|emails|externalId|optedOut|emailOptedOut|emailsOptStatus|nickname|tags|"
    r"company|custom(?:[1-9][0-9]?|1[0-4][0-9]|150)",
    re.ASCII,
)


def create_prospect(request: Request) -> Reply:
    attributes, links = read_body(request, "prospect")
    _check(attributes, but=None)
    with transaction.atomic():
        row = put_thing("prospect", _opted(attributes, request), now=request.now, links=_account(links))
        tell_news("prospect.created", row, attributes, now=request.now)
    return Reply(201, {"data": tell(row)})


def change_prospect(number: str, request: Request) -> Reply:
    attributes, links = read_body(request, "prospect", number=int(number))
    row = find_thing("prospect", number)
    _check(attributes, but=row.pk)
    with transaction.atomic():
        row.attributes = {**row.attributes, **_opted(attributes, request)}
        row.links = {**row.links, **{name: list(link) for name, link in _account(links).items()}}
        row.text = found_by("prospect", row.attributes)
        row.changed_at = request.now
        row.save()
        tell_news("prospect.updated", row, attributes, now=request.now)
    return Reply(200, {"data": tell(row)})


def read_body(request: Request, kind: str, *, number: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """This will read attributes and relationships. Raises Refusal where JSON:API is not kept."""
    body = request.json()
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or data.get("type") != kind:
        raise Refusal(400, "invalidRequestBody", "Invalid Request Body", f"The body holds no {kind}.")
    if number is not None and data.get("id") != number:
        raise Refusal(400, "invalidRequestBody", "Invalid Request Body", "The id is not that of the address.")
    attributes, links = data.get("attributes", {}), data.get("relationships", {})
    if not isinstance(attributes, dict) or not isinstance(links, dict):
        raise Refusal(400, "invalidRequestBody", "Invalid Request Body", "The body is not as it should be.")
    return attributes, links


def link_of(links: dict[str, Any], name: str, kind: str) -> int | None:
    """This will give the number of a relationship; an integer, as the description says. Raises Refusal."""
    link = links.get(name)
    data = link.get("data") if isinstance(link, dict) else None
    if data is None:
        return None
    if not isinstance(data, dict) or data.get("type") != kind or type(data.get("id")) is not int:
        pointer = f"/data/relationships/{name}"
        raise invalid(f"{name} is not as it should be.", pointer)
    if not StandInThing.objects.filter(kind=kind, pk=data["id"]).exists():
        raise invalid(f"{kind} must exist.", f"/data/relationships/{name}")
    return int(data["id"])


def _account(links: dict[str, Any]) -> dict[str, tuple[str, int]]:
    number = link_of(links, "account", "account")
    return {} if number is None else {"account": ("account", number)}


def _check(attributes: dict[str, Any], *, but: int | None) -> None:
    for name in attributes:
        if name in READ_ONLY or not WRITABLE.fullmatch(name):
            raise invalid(f"{name} cannot be written.", f"/data/attributes/{name}")
    emails = attributes.get("emails", [])
    if not isinstance(emails, list) or not all(isinstance(one, str) and "@" in one for one in emails):
        raise invalid("Emails is not a list of addresses.", "/data/attributes/emails")
    for email in emails:
        others = StandInThing.objects.filter(kind="prospect", text__contains=f"|{email.strip().lower()}|")
        if others.exclude(pk=but or 0).exists():
            raise invalid("Contact using this email address already exists.", "/data/attributes/emails")


def _opted(attributes: dict[str, Any], request: Request) -> dict[str, Any]:
    """One of the three fields says it for all."""
    said = dict(attributes)
    if "optedOut" in said or "emailOptedOut" in said or "emailsOptStatus" in said:
        is_out = (
            said.get("optedOut") is True
            or said.get("emailOptedOut") is True
            or said.get("emailsOptStatus") == "opted_out"
        )
        status = "opted_out" if is_out else "opted_in"
        at = request.now.isoformat() if is_out else None
        said |= {"optedOut": is_out, "emailOptedOut": is_out, "emailsOptStatus": status, "optedOutAt": at}
    return said
