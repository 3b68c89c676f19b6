"""What Outreach.io's own description says of a request; see tests/data/outreach_api_extract.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from outreach.clients.outreach_io_stand_in.shapes import Request

EXTRACT = json.loads((Path(__file__).parents[2] / "data" / "outreach_api_extract.json").read_text())
API = "/api/v2"
PATHS_OF = {"sequences": "sequence", "sequenceSteps": "sequenceStep", "mailboxes": "mailbox", "prospects": "prospect",
            "accounts": "account", "sequenceStates": "sequenceState", "mailings": "mailing",
            "webhooks": "webhook"}  # fmt: skip
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
_FILTER = re.compile(r"filter\[(\w+)\](?:\[(\w*)\])?", re.ASCII)


def faults_of(request: Request) -> list[str]:
    """Say all that is wrong with a request; nothing for one that fits the description."""
    path = re.sub(r"/\d+", "/{id}", request.path.removeprefix(API))
    operation = EXTRACT["paths"].get(path, {}).get(request.method.lower())
    if operation is None:
        return [f"{request.method} {path} is not described"]
    faults = [] if request.headers.get("content-type") == EXTRACT["contentType"] else ["the content type"]
    kind = PATHS_OF[path.split("/")[1]]
    for name, value in request.query.items():
        faults += _query_faults(kind, name, value)
    wanted = operation["body"]
    if wanted is None:
        return faults + (["a body where none is described"] if request.raw else [])
    body = json.loads(request.raw)
    if set(body) != {"data"}:
        return [*faults, "members beside data"]
    return faults + _data_faults(body["data"], wanted, number=re.findall(r"/(\d+)", request.path))


def _query_faults(kind: str, name: str, value: str) -> list[str]:
    described = EXTRACT["types"][kind]
    if name in ("page[size]", "page[after]", "newFilterSyntax"):
        return []
    if name == "sort":
        return [] if value.removeprefix("-") in described["sortable"] else [f"sort by {value}"]
    match = _FILTER.fullmatch(name)
    if match is None:
        return [f"{name} is not described"]
    attribute, inner = match.groups()
    if inner == "id":
        return [] if attribute in described["relationshipNames"] else [f"no relationship {attribute}"]
    # The id itself is filterable everywhere: "Filtering by ids" of the same pages.
    return [] if attribute in [*described["filterable"], "id"] else [f"{kind} cannot be filtered by {attribute}"]


def _data_faults(data: dict[str, Any], wanted: dict[str, Any], *, number: list[str]) -> list[str]:
    described = EXTRACT["types"][wanted["type"]]
    faults = [f"{name} is missing" for name in wanted["required"] if name not in data]
    if data.get("type") != wanted["type"]:
        faults.append("the type")
    if wanted["id"] is not None and data.get("id") != int(number[0]):
        faults.append("the id is not an integer, or not that of the address")
    for name, value in data.get("attributes", {}).items():
        shape = described["attributes"].get(name)
        if shape is None or shape.get("readOnly"):
            faults.append(f"{name} cannot be written")
        else:
            faults += [f"{name}: {fault}" for fault in _shape_faults(value, shape)]
    for name, value in data.get("relationships", {}).items():
        shape = described["relationships"].get(name)
        faults += [f"{name} is no relationship"] if shape is None else _shape_faults(value, shape)
    return faults


def _shape_faults(value: Any, shape: dict[str, Any]) -> list[str]:
    kind = TYPES.get(shape.get("type", "object"))
    if value is None:
        return [] if shape.get("nullable") else ["null"]
    if kind is None or type(value) is not kind:
        return [f"{value!r} is no {shape.get('type')}"]
    faults = [] if value in shape.get("enum", [value]) else [f"{value!r} is none of {shape['enum']}"]
    if isinstance(value, list):
        return faults + [fault for one in value for fault in _shape_faults(one, shape["items"])]
    if isinstance(value, dict):
        inner = shape.get("properties", {})
        for name, one in value.items():
            faults += _shape_faults(one, inner[name]) if name in inner else [f"{name} is not described"]
    return faults
