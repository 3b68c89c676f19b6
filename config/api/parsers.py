"""Reading JSON from outside: what no database can keep is refused here, whatever field it stands in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

MOST_LEVELS = 64


class StrictJSONParser(JSONParser):
    """JSON without NaN, without numbers that overflow, without texts that PostgreSQL refuses, and not too deep."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        for path, problem in _problems(data):
            raise ValidationError({path: [problem]} if path else [problem])
        return data


def _problems(data: Any) -> Iterator[tuple[str, str]]:
    """This will name what cannot be kept, by its top-level field; walked without recursion."""
    pending: list[tuple[str, Any, int]] = [("", data, 0)]
    while pending:
        path, value, level = pending.pop()
        if level > MOST_LEVELS:
            raise ParseError("The JSON is nested too deeply.")
        if isinstance(value, dict):
            for key, inner in value.items():
                if not _is_clean(key):
                    yield path, "A name holds characters that are not allowed."
                else:
                    pending.append((path or key, inner, level + 1))
        elif isinstance(value, list):
            pending.extend((path, inner, level + 1) for inner in value)
        elif isinstance(value, str) and not _is_clean(value):
            yield path, "Null characters and halves of characters are not allowed."
        elif isinstance(value, float) and not math.isfinite(value):
            yield path, "This number is too large."


def _is_clean(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
