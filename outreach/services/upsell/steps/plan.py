"""Step 3: what to offer. Claude proposes among plans that exist; without it the built-in planner does.

The model chooses words and one of our plans; value, features and recipients are put in by code (promise 12).
"""

from __future__ import annotations

import json
from typing import Any

from customers.services.activity import record
from emails.writing import breaker
from emails.writing.claude import ClaudeClient, ClaudeFailed
from emails.writing.writers import claude_client
from outreach.queries.expansion import read_account_facts
from outreach.rules.upsell.facts import AccountFacts
from outreach.rules.upsell.plan_asking import SYSTEM, BadPlan, build_question, build_schema, list_options, read_plan
from outreach.rules.upsell.planning import UpsellPlan, propose_plan
from outreach.services.upsell.outcomes import Done, Work

BUILT_IN = "The built-in planner proposed this"
TRIES = 2


def ask_for_plan(work: Work) -> Done:
    """Ask for the plan; an answer that breaks a rule is asked for once more, then the built-in plan stands."""
    facts = read_account_facts(work.customer, now=work.now, run=work.run)
    built_in = propose_plan(facts)
    client = claude_client()
    plan, by, note = built_in, "built_in", f"{BUILT_IN}: Claude is not connected."
    if client is not None:
        try:
            plan, by, note = _ask(client, facts, built_in), "claude", "Claude proposed this; the value is computed."
        except ClaudeFailed as failure:
            note = f"{BUILT_IN}: {failure.reason}"
    asked = {"currentPlan": facts.current_plan, "options": list(list_options(facts, built_in))}
    return Done(_as_json(plan, facts, by=by), note, asked, finish=lambda: _put_on_record(work, plan))


def _ask(client: ClaudeClient, facts: AccountFacts, built_in: UpsellPlan) -> UpsellPlan:
    """Raises ClaudeFailed."""
    if reason := breaker.pause_reason():
        raise ClaudeFailed(reason, can_retry=True)
    options = list_options(facts, built_in)
    question, schema = build_question(facts, built_in, options), build_schema(options)
    fault = ""
    for _ in range(TRIES):
        content = json.dumps(question, ensure_ascii=False)
        if fault:
            content += f"\n\nYour previous answer was refused: {fault}"
        try:
            answer = client.answer(content, system=SYSTEM, schema=schema)
            return read_plan(answer, facts=facts, built_in=built_in, options=options)
        except BadPlan as bad:
            fault = str(bad)
        except ClaudeFailed as failure:
            if failure.is_outage:
                breaker.open_breaker(failure.reason)
            raise
    raise ClaudeFailed(f"Claude's answer was refused. {fault}", can_retry=False)


def _as_json(plan: UpsellPlan, facts: AccountFacts, *, by: str) -> dict[str, Any]:
    return {
        "recommendedPlan": plan.recommended_plan,
        "estimatedValue": str(plan.estimated_value) if plan.estimated_value is not None else None,
        "currency": facts.currency,
        "justification": plan.justification,
        "features": list(plan.features),
        "roiAnalysis": plan.roi_analysis,
        "riskAssessment": plan.risk_assessment,
        "proposedBy": by,
    }


def _put_on_record(work: Work, plan: UpsellPlan) -> dict[str, Any]:
    record(
        "upsell.planned",
        f"Upsell plan proposed: {plan.recommended_plan}",
        customer=work.customer,
        by=None,
        now=work.now,
        subject=work.run,
    )
    return {}
