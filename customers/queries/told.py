"""What the house says of one contact, as plain values: rows about them whole, and where others' rows speak of them."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from customers.queries.speaking import find_speaking, list_models, wipeable_fields

AROUND = 150
"""Letters of a text that are given before and after the name: the rest of it is about others."""


def tell_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """This will give every text, JSON and binary column of rows about the contact, with the id."""
    return [
        {"id": row.pk} | {field.name: plain(getattr(row, field.attname)) for field in wipeable_fields(type(row))}
        for row in rows
    ]


def tell_mentions(
    terms: Sequence[str], *, customer_ids: Collection[uuid.UUID], known: Collection[Any]
) -> Iterator[dict[str, Any]]:
    """This will give each place elsewhere that says one of the terms, with some words around it.

    known: names of tables and keys of rows that are left out.
    """
    for model in list_models() if terms else ():
        fields = wipeable_fields(model)
        for row in find_speaking(model, terms, customer_ids=customer_ids) if fields else ():
            if (model._meta.model_name, row.pk) in known:
                continue
            for field in fields:
                if says := excerpts(plain(getattr(row, field.attname)), terms):
                    yield {"where": f"{model._meta.model_name}.{field.name}", "id": row.pk, "says": says}


def plain(value: Any) -> Any:
    """This will give a column's value as JSON knows it: a file as text where it is one, else in base64."""
    if not isinstance(value, bytes | memoryview):
        return value
    raw = bytes(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode()


def excerpts(value: Any, terms: Sequence[str]) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    pattern = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    return [
        text[max(0, found.start() - AROUND) : found.end() + AROUND]
        for found in re.finditer(pattern, text, re.IGNORECASE)
    ]
