"""Which journeys keep an older text of a mail."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from customers.queries.many import many
from emails.models import MailTemplateVersion
from journeys.models import TemplatePin


def pinned_versions(journey_ids: Collection[UUID]) -> dict[tuple[UUID, str], MailTemplateVersion]:
    """This will give the texts that these journeys keep, by journey and template."""
    pins = TemplatePin.objects.filter(journey__in=many(journey_ids)).select_related("version__template")
    return {(pin.journey_id, pin.version.template.key): pin.version for pin in pins}
