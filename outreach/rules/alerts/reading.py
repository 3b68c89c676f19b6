"""Which source's file reads a body: by its `type`. A new source is one file with TYPE and read, and one line here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from outreach.rules.alerts import evergreen, threshold
from outreach.rules.alerts.facts import AlertFacts, BadAlert, read_mapping

READERS: Mapping[str, Callable[..., AlertFacts]] = {
    evergreen.TYPE: evergreen.read,
    threshold.TYPE: threshold.read,
}


def read_alert(raw: bytes, *, webhook_id: str) -> AlertFacts:
    """Read the body of a signed call. Raises BadAlert.

    webhook_id: stands for the event's id where the sender has none.
    """
    try:
        body = json.loads(raw.decode(), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, ArithmeticError):
        raise BadAlert("The body is no JSON.") from None
    kind = read_mapping(body, "the body").get("type")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BadAlert(f"“type” must be one of: {', '.join(READERS)}.")
    return reader(body, webhook_id=webhook_id)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
