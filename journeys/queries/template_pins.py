"""Which journeys keep an older text of a mail, and which go without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from customers.queries.many import many
from emails.models import MailTemplateVersion
from journeys.models import TemplatePin


def pinned_versions(journey_ids: Collection[UUID]) -> dict[tuple[UUID, str], MailTemplateVersion]:
    """This will give the texts that these journeys keep, by journey and template."""
    pins = TemplatePin.objects.filter(journey__in=many(journey_ids)).select_related("version__template")
    return {(pin.journey_id, pin.version.template.key): pin.version for pin in pins if pin.version is not None}


def list_left_out(journey_ids: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """This will give the mails that journeys go without, by journey; in one query."""
    pins = TemplatePin.objects.filter(journey__in=many(journey_ids), version=None)
    found: dict[UUID, set[str]] = defaultdict(set)
    for journey_id, key in pins.values_list("journey_id", "template__key"):
        found[journey_id].add(key)
    return {journey_id: frozenset(keys) for journey_id, keys in found.items()}
