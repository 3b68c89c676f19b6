"""What stops mail to people, as the ground's pages and API show it; see `customers.registry.mail_stops`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject, Lower

from customers.models import Stakeholder
from customers.registry.mail_stops import MailStop, MailStopSource
from emails.enums import Lane, SuppressionCause
from emails.models import Suppression
from emails.queries.suppression import list_open
from emails.rules.suppression import SuppressionFacts


def read_mail_stops(addresses: Sequence[str]) -> dict[str, list[MailStop]]:
    return {address: [_stop(facts) for facts in rows] for address, rows in list_open(addresses).items()}


def join_first_stop(people: QuerySet[Stakeholder]) -> QuerySet[Stakeholder]:
    """This will put the first stop on each person, of everything before a topic's. Finds no erased address."""
    rows = Suppression.objects.open().exclude(address="").filter(address=Lower(OuterRef("email")))
    packed = JSONObject(cause="cause", topic="topic", at="at", address="address")
    return people.annotate(first_stop=Subquery(rows.order_by("topic", "at").values(packed=packed)[:1]))


def unpack_first_stop(packed: dict[str, Any] | None) -> MailStop | None:
    if not packed:
        return None
    at = datetime.fromisoformat(packed["at"])
    facts = SuppressionFacts(
        address=packed["address"],
        cause=SuppressionCause(packed["cause"]),
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        topic=packed["topic"],
    )
    return _stop(facts)


def _stop(facts: SuppressionFacts) -> MailStop:
    label = str(Lane(facts.topic).label) if facts.topic else ""
    return MailStop(str(facts.cause), facts.words, facts.at, facts.topic, label, facts.stops_notices)


SOURCE = MailStopSource(read=read_mail_stops, join=join_first_stop, unpack=unpack_first_stop)
