"""Step 5: the summary at Slack. It only tells; a second post would be a second message, so none is made blindly."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.rules.metrics import metric_name
from customers.rules.money import say_money
from outreach.clients.choice import get_slack, why_slack_off
from outreach.enums import UpsellStepName
from outreach.rules.slack_messages import Summary, write_summary
from outreach.services.upsell.outcomes import Done, Doubtful, Failed, Outcome, Work


def post_summary(work: Work) -> Outcome:
    """Post what the run has found and done."""
    summary = _summary(work)
    shown = dict(summary.figures)
    try:
        posted = get_slack().post(write_summary(summary), now=work.now)
    except NotAccepted as refusal:
        return Failed(refusal.reason, can_retry=refusal.can_retry, after_s=refusal.retry_after_s)
    except MaybeAccepted as doubt:
        return Doubtful(doubt.reason)
    return Done({"channel": posted.channel, "ts": posted.ts}, why_slack_off(), shown)


def _summary(work: Work) -> Summary:
    run = work.run
    usage = work.output_of(UpsellStepName.FETCH_USAGE)
    plan = work.output_of(UpsellStepName.ASK_CLAUDE_FOR_PLAN)
    mail = work.output_of(UpsellStepName.SEND_EMAIL_DRAFT)
    figures = [("Metric", metric_name(run.metric))]
    if usage.get("currentUsage"):
        limit = f" of {usage['thresholdExceeded']}" if usage.get("thresholdExceeded") else ""
        figures.append(("Usage", f"{usage['currentUsage']}{limit}"))
    if plan.get("recommendedPlan"):
        figures.append(("Proposed", str(plan["recommendedPlan"])))
    if plan.get("estimatedValue"):
        worth = say_money(Decimal(plan["estimatedValue"]), str(plan.get("currency", "")))
        figures.append(("May be worth", f"{worth} more a year"))
    if mail.get("sentAt"):
        # Nobody at the account is named: a message at Slack outlives what is erased here.
        figures.append(("Introduction", "sent"))
    figures.append(("Automation", run.get_level_display()))
    return Summary(
        customer_id=work.customer.pk,
        customer_name=work.customer.name,
        headline="an expansion is under way",
        figures=figures,
        run_url=f"{settings.PUBLIC_URL}{reverse('outreach:run', args=[run.pk])}",
    )
