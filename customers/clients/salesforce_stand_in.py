"""Salesforce's stand-in: opportunities that live in the table of what would have been done, and can be read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from customers.clients.salesforce import OpportunityRead, OpportunityWrite, Stage, build_opportunity
from customers.models import StandInCall

STAGES = (
    Stage("Prospecting", "Prospecting", True),
    Stage("Qualification", "Qualification", True),
    Stage("Proposal/Price Quote", "Proposal/Price Quote", True),
    Stage("Renewal Proposed", "Renewal Proposed", True),
    Stage("Negotiation", "Negotiation", True),
    Stage("Closed Won", "Closed Won", True),
    Stage("Closed Lost", "Closed Lost", True),
)
CLOSED = ("Closed Won", "Closed Lost")


class SalesforceStandIn:
    """A client like the real one."""

    name = "salesforce"

    def upsert_opportunity(self, write: OpportunityWrite, *, now: datetime) -> str:
        """Keep what would have been written; the same external id keeps its id."""
        earlier = self._latest(external_id=write.external_id)
        number = earlier.number if earlier else f"006{uuid4().hex[:15].upper()}"
        fields = {**(earlier.request if earlier else {"StageName": STAGES[0].value}), **build_opportunity(write)}
        self._keep("upsert_opportunity", number, fields, customer_id=write.customer_id, ours=write.external_id, now=now)
        return number

    def set_stage(self, opportunity_id: str, stage: str, *, customer_id: UUID, now: datetime) -> None:
        """Keep the move."""
        earlier = StandInCall.objects.filter(vendor=self.name, number=opportunity_id).first()
        fields = {**(earlier.request if earlier else {}), "StageName": stage}
        ours = earlier.answer.get("externalId", "") if earlier else ""
        self._keep("set_stage", opportunity_id, fields, customer_id=customer_id, ours=ours, now=now)

    def find_opportunity(self, external_id: str, *, now: datetime) -> OpportunityRead | None:
        """Give the opportunity as it was kept last; None where none was."""
        return _as_read(self._latest(external_id=external_id))

    def get_opportunity(self, opportunity_id: str, *, now: datetime) -> OpportunityRead | None:
        """Give the opportunity as it was kept last; None where none was."""
        return _as_read(StandInCall.objects.filter(vendor=self.name, number=opportunity_id).first())

    def list_stages(self, *, now: datetime) -> tuple[Stage, ...]:
        """Give the stages of an ordinary organisation."""
        return STAGES

    def read_fields(
        self, sobject: str, record_id: str, fields: Sequence[str], *, now: datetime
    ) -> dict[str, Any] | None:
        """Know of no record: nothing is made up about a contract or its usage."""
        return None

    def query_rows(
        self, sobject: str, fields: Sequence[str], *, key: str, values: Sequence[str], now: datetime
    ) -> list[dict[str, Any]]:
        """Know of no record: nothing is made up about a contract or its usage."""
        return []

    def _latest(self, *, external_id: str) -> StandInCall | None:
        row: StandInCall | None = StandInCall.objects.filter(vendor=self.name, answer__externalId=external_id).first()
        return row

    def _keep(
        self, action: str, number: str, fields: dict[str, Any], *, customer_id: UUID, ours: str, now: datetime
    ) -> None:
        StandInCall.objects.create(
            customer_id=customer_id,
            vendor=self.name,
            action=action,
            number=number,
            request=fields,
            answer={"id": number, "externalId": ours},
            called_at=now,
        )


def _as_read(call: StandInCall | None) -> OpportunityRead | None:
    if call is None:
        return None
    stage, amount, closes = (call.request.get(name) for name in ("StageName", "Amount", "CloseDate"))
    return OpportunityRead(
        opportunity_id=call.number,
        stage=stage or STAGES[0].value,
        is_closed=stage in CLOSED,
        is_won=stage == CLOSED[0],
        amount=None if amount is None else Decimal(str(amount)),
        close_date=None if closes is None else date.fromisoformat(closes),
    )
