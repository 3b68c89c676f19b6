"""Step 8: the opportunity, one per run. The CRM hears of it by `opportunity_logged`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from customers.rules.money import say_money
from customers.services.activity import record
from customers.signals import send_after_commit
from outreach.enums import OpportunityStage, UpsellReply, UpsellStepName
from outreach.models import Opportunity, UpsellIntroduction
from outreach.queries.expansion import read_expansion_context
from outreach.queries.opportunities import find_open_opportunity
from outreach.queries.upsell_runs import find_introduction, find_opportunity
from outreach.rules.upsell.stages import CLOSED, is_forward
from outreach.services.upsell.outcomes import Done, Work
from outreach.signals import opportunity_logged

DECLINED = "They said no."
STAGES = {UpsellReply.YES: OpportunityStage.IN_TALKS, UpsellReply.NO: OpportunityStage.LOST}


def log_opportunity(work: Work) -> Done:
    """Log it, in the transaction that settles the step: never twice, whoever dies."""
    value = _value(work)
    asked = {**work.step.input, "reply": work.run.reply or "none"}
    return Done(
        {"estimatedValue": str(value) if value is not None else None}, "", asked, finish=lambda: _log(work, value)
    )


def _value(work: Work) -> Decimal | None:
    """What a person put down with the yes, else what the plan may be worth."""
    plan = work.output_of(UpsellStepName.ASK_CLAUDE_FOR_PLAN)
    said = work.step.input.get("estimatedValue") or plan.get("estimatedValue")
    try:
        return Decimal(said) if said else None
    except InvalidOperation:
        return None


def _log(work: Work, value: Decimal | None) -> dict[str, Any]:
    run, now = work.run, work.now
    # Read anew: an answer may have come since the step was taken.
    run.refresh_from_db(fields=["reply", "replied_at"])
    introduction = find_introduction(run)
    found = find_opportunity(run) or find_open_opportunity(work.customer)
    opportunity = found or Opportunity(customer=work.customer, found_at=now)
    if opportunity.run_id is None:
        opportunity.run = run
    _fill(opportunity, work, value, introduction, now=now)
    opportunity.save()
    if introduction is not None and introduction.opportunity_id is None:
        UpsellIntroduction.objects.filter(pk=introduction.pk).update(opportunity=opportunity, updated_at=now)
    worth = f", {say_money(round(value), opportunity.currency)} more a year" if value is not None else ""
    record(
        "opportunity.logged",
        f"Opportunity logged: {opportunity.name}{worth}",
        customer=work.customer,
        by=work.step.approved_by,
        now=now,
        subject=opportunity,
        run=str(run.pk),
    )
    send_after_commit(opportunity_logged, customer_id=work.customer.pk, opportunity_id=opportunity.pk)
    return {"opportunityId": str(opportunity.pk), "name": opportunity.name, "stage": str(opportunity.stage)}


def _fill(
    opportunity: Opportunity,
    work: Work,
    value: Decimal | None,
    introduction: UpsellIntroduction | None,
    *,
    now: datetime,
) -> None:
    plan = work.output_of(UpsellStepName.ASK_CLAUDE_FOR_PLAN)
    context = read_expansion_context(work.customer, now=now, run=work.run)
    name = str(plan.get("recommendedPlan") or "expansion")
    opportunity.name = f"{work.customer.name}: {name}"[:200]
    opportunity.recommended_plan = name[:200]
    opportunity.currency = str(plan.get("currency") or work.customer.currency)
    if value is not None:
        opportunity.estimated_value = value
    if context.expansion is not None and not opportunity.signals:
        opportunity.led_by = context.expansion.led_by
        opportunity.signals = [
            {"kind": one.kind.value, "words": one.words, "data": [list(pair) for pair in one.data]}
            for one in context.expansion.signals
        ]
    if introduction is not None and introduction.sent_at is not None:
        opportunity.intro_sent_at = introduction.sent_at
    if work.run.reply in (UpsellReply.YES, UpsellReply.NO, UpsellReply.MAYBE):
        opportunity.intro_response = work.run.reply
    _move(opportunity, work.run.reply, now=now)


def _move(opportunity: Opportunity, reply: str, *, now: datetime) -> None:
    wanted = STAGES.get(UpsellReply(reply), OpportunityStage.INTRODUCED) if reply else OpportunityStage.INTRODUCED
    if not is_forward(OpportunityStage(opportunity.stage), wanted):
        return
    opportunity.stage = wanted
    if wanted in CLOSED:
        opportunity.closed_at, opportunity.end_reason = now, DECLINED
