"""The stand-in's things: found by filters, told in pages, written as JSON:API."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from outreach.clients.outreach_io_stand_in.shapes import Refusal, Reply, Request, missing, text_of
from outreach.models import StandInThing

LINKS_TO = "https://api.outreach.io/api/v2"
"""The links are absolute, to the real host, also where somebody else speaks for it."""

PAGE = 50
LARGEST_PAGE = 1000
PATHS = {
    "sequences": "sequence",
    "sequenceSteps": "sequenceStep",
    "mailboxes": "mailbox",
    "prospects": "prospect",
    "accounts": "account",
    "sequenceStates": "sequenceState",
    "mailings": "mailing",
    "webhooks": "webhook",
    "users": "user",
}
FOUND_BY_TEXT = {("sequence", "name"), ("mailbox", "email"), ("prospect", "emails"), ("account", "name"),
                 ("account", "domain"), ("user", "email")}  # fmt: skip
RELATED = {"prospect": "prospect_number", "sequence": "sequence_number", "sequenceState": "state_number"}
SORTS = {"name": "text", "updatedAt": "changed_at", "id": "id"}
SECRET = {"webhook": {"secret"}}
_FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w*)\])?", re.ASCII)


def list_things(path: str, request: Request) -> Reply:
    """This will give one page of a collection. Raises Refusal."""
    kind = PATHS[path]
    rows: QuerySet[Any] = StandInThing.objects.filter(kind=kind)
    for name, value in request.query.items():
        if name.startswith("filter"):
            rows = rows.filter(_filter(kind, name, value))
    size = _size(request.query.get("page[size]", str(PAGE)))
    order, is_down = _order(request.query.get("sort", "id"))
    if after := request.query.get("page[after]"):
        rows = rows.filter(_after(after, order, is_down=is_down))
    signs = "-" if is_down else ""
    found = list(rows.order_by(f"{signs}{order}", f"{signs}id")[: size + 1])
    body: dict[str, Any] = {"data": [tell(row) for row in found[:size]], "meta": {"count": None}}
    if len(found) > size:
        query = {**request.query, "page[size]": str(size), "page[after]": _cursor(found[size - 1], order)}
        body["links"] = {"next": f"{LINKS_TO}/{path}?{urlencode(query)}"}
    return Reply(200, body)


def find_thing(kind: str, number: str) -> StandInThing:
    """Raises Refusal where there is none."""
    row = StandInThing.objects.filter(kind=kind, pk=int(number)).first() if number.isdecimal() else None
    if row is None:
        raise missing()
    found: StandInThing = row
    return found


def tell(row: StandInThing) -> dict[str, Any]:
    """This will write it as JSON:API; what is secret is left out."""
    hidden = SECRET.get(row.kind, set())
    said = {name: value for name, value in row.attributes.items() if name not in hidden}
    related = {name: {"data": {"type": kind, "id": number}} for name, (kind, number) in row.links.items()}
    moments = {"createdAt": text_of(row.made_at), "updatedAt": text_of(row.changed_at)}
    return {"type": row.kind, "id": row.pk, "attributes": {**said, **moments}, "relationships": related}


def put_thing(
    kind: str,
    attributes: dict[str, Any],
    *,
    now: datetime,
    links: dict[str, tuple[str, int]] | None = None,
    next_at: datetime | None = None,
) -> StandInThing:
    """This will keep a new thing."""
    related = links or {}
    numbers = {column: related[name][1] for name, column in RELATED.items() if name in related}
    row: StandInThing = StandInThing.objects.create(
        kind=kind,
        attributes=attributes,
        links={name: list(link) for name, link in related.items()},
        text=found_by(kind, attributes),
        next_at=next_at,
        made_at=now,
        changed_at=now,
        **numbers,
    )
    return row


def found_by(kind: str, attributes: dict[str, Any]) -> str:
    """This will give the parts that filters look for, in small letters between bars; a name stands first."""
    names = sorted(name for of, name in FOUND_BY_TEXT if of == kind)
    values: list[str] = []
    for name in reversed(names):
        value = attributes.get(name) or ""
        values += value if isinstance(value, list) else [value]
    return "|" + "|".join(str(value).strip().lower() for value in values) + "|"


def _filter(kind: str, name: str, value: str) -> Q:
    match = _FILTER.fullmatch(name)
    if match is None:
        raise _not_filterable(name)
    attribute, inner = match.groups()
    if inner == "id" and attribute in RELATED:
        return Q(**{f"{RELATED[attribute]}__in": _numbers(value)})
    if attribute == "id" and inner is None:
        return Q(pk__in=_numbers(value))
    if attribute == "updatedAt" and inner is None:
        return _between(value)
    if (kind, attribute) == ("mailbox", "userId"):
        return Q(attributes__userId__in=_numbers(value))
    if (kind, attribute) in FOUND_BY_TEXT and inner in (None, ""):
        wanted = [value] if inner == "" else value.split(",")
        found = Q()
        for one in wanted:
            found |= Q(text__contains=f"|{one.strip().lower()}|")
        return found
    raise _not_filterable(name)


def _between(value: str) -> Q:
    start, dots, end = value.partition("..")
    if not dots:
        raise Refusal(400, "invalidFilter", "Invalid Filter", "updatedAt takes a range.")
    found = Q()
    if start != "neginf":
        found &= Q(changed_at__gte=_moment(start))
    if end != "inf":
        found &= Q(changed_at__lte=_moment(end))
    return found


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, "invalidFilter", "Invalid Filter", f"{value} is no moment.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _numbers(value: str) -> list[int]:
    parts = value.split(",")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise Refusal(400, "invalidFilter", "Invalid Filter", f"{value} is no list of ids.")
    return [int(part) for part in parts]


def _not_filterable(name: str) -> Refusal:
    return Refusal(400, "invalidFilter", "Invalid Filter", f"{name} is not filterable.")


def _size(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= LARGEST_PAGE:
        raise Refusal(400, "invalidPage", "Invalid Page", f"A page holds 1 to {LARGEST_PAGE}.")
    return int(value)


def _order(sort: str) -> tuple[str, bool]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise Refusal(400, "invalidSort", "Invalid Sort", f"{sort} is not sortable.")
    return column, sort.startswith("-")


def _cursor(row: StandInThing, order: str) -> str:
    value = getattr(row, order)
    said = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([said, row.pk]).encode()).decode()


def _after(cursor: str, order: str, *, is_down: bool) -> Q:
    try:
        value, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        value = datetime.fromisoformat(value) if order == "changed_at" else value
        number = int(number)
    except (ValueError, TypeError):
        raise Refusal(400, "invalidPage", "Invalid Page", "The cursor cannot be read.") from None
    than = "lt" if is_down else "gt"
    return Q(**{f"{order}__{than}": value}) | Q(**{order: value, f"id__{than}": number})
