"""The fact sources that outreach owns: usage as it stands and as alerts told it, what is offered and asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from emails.facts import register_source
from emails.queries.columns import Columns, Record, uuids
from outreach.models import FeatureRequest, Offer, Opportunity
from outreach.queries import alert_usage
from outreach.queries.live_usage import KIND, read_live_usage

OFFER_KIND = "offer"
REQUEST_KIND = "feature_request"
OPPORTUNITY_KIND = "opportunity"


def register_sources() -> None:
    """Make what outreach knows readable as facts, so that the gate sees what changed."""
    register_source(KIND, read_live_usage)
    register_source(alert_usage.KIND, alert_usage.read_alert_usage)
    register_source(OFFER_KIND, read_offers)
    register_source(REQUEST_KIND, Columns(FeatureRequest, ("text",)))
    register_source(
        OPPORTUNITY_KIND, Columns(Opportunity, ("name", "recommended_plan", "estimated_value", "stage", "currency"))
    )


def feature_field(text: str) -> str:
    """The field under which a plan's feature is read again: it is there, or gone."""
    return f"feature:{text}"


def read_offers(ids: Collection[str]) -> Mapping[str, Record]:
    """Read plans that are offered; one that was taken off the list is gone."""
    rows = Offer.objects.filter(pk__in=uuids(ids), is_active=True)
    return {str(row.pk): _offer(row) for row in rows}


def _offer(offer: Offer) -> Record:
    features = {feature_field(text): text for text in offer.features}
    return {"name": offer.name, "annual_price": offer.annual_price, **features}
