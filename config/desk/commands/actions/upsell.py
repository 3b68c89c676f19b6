"""Introducing an expansion, from the sentence to the draft that Edit, CC and Send go on with. Source: PRD-047."""

from __future__ import annotations

from typing import Any

from config.desk.commands.actions.base import Plan, account_link, done, of_customer
from config.desk.commands.actions.letters import draft_choices
from config.desk.commands.answers import Answer, refuse
from config.desk.commands.finding import Task, find_customer_or_person, find_draft
from customers.models import Customer
from customers.rules.metrics import metric_title
from customers.rules.money import say_money
from emails.models import Draft
from emails.services.editing import reload, save_draft
from outreach.enums import Directness, Framing
from outreach.models import UpsellIntroduction
from outreach.queries.expansion import ExpansionContext, read_expansion_context
from outreach.queries.introductions import find_introduction_of, find_unsent, list_introductions
from outreach.rules.upsell.facts import UsageLine, percent_words, plain
from outreach.services.introduction_copies import copy_account_executive, drop_account_executive
from outreach.services.introductions import write_introduction

GOOD_HEALTH, EXCELLENT_HEALTH = 70, 85


def introduce_upsell(task: Task) -> Answer | Plan:
    """Write the introduction, and show what speaks for it; or put the account executive into its copy."""
    if task.intent.step in ("cc", "drop_cc"):
        return _copy(task, drops=task.intent.step == "drop_cc")
    customer, _ = find_customer_or_person(task)
    context = read_expansion_context(customer, now=task.caller.now)
    unsent = find_unsent(list_introductions(customer))
    if unsent is not None and not task.pins.get("another"):
        return _show_unsent(task, customer, unsent, context)
    return Plan(
        shown=done(
            f"An upsell introduction to {customer.name} is written as a draft; nothing leaves before you send it.",
            arguments=_arguments(task, customer),
            facts=_facts(context),
        ),
        act=lambda: _write(task, customer, context),
        pins={"customer": customer.pk},
        stands=f"{customer.pk}:{unsent.pk if unsent is not None else ''}",
        asks=False,
    )


def _write(task: Task, customer: Customer, context: ExpansionContext) -> Answer:
    intent = task.intent
    introduction = write_introduction(
        customer.pk,
        by=task.caller.by,
        now=task.caller.now,
        framing=Framing(intent.framing) if intent.framing else None,
        directness=Directness(intent.directness) if intent.directness else Directness.SOFT,
        copies_account_executive=intent.copies_executive,
    )
    message = f"An expansion to introduce to {customer.name}: the draft is below. Nothing leaves before you send it."
    return _show(task, customer, introduction, context, message)


def _show_unsent(task: Task, customer: Customer, unsent: Any, context: ExpansionContext) -> Answer:
    message = f"An introduction to {customer.name} is written already and has not been sent. Here it is."
    answer = _show(task, customer, unsent, context, message)
    another = task.choice("Write another", text=task.intent.text, customer=customer.pk, another="yes")
    return Answer(**{**answer.__dict__, "choices": (*answer.choices, another)})


def _show(
    task: Task, customer: Customer, introduction: UpsellIntroduction, context: ExpansionContext, message: str
) -> Answer:
    if introduction.draft is None:
        raise refuse("Its draft was deleted meanwhile.")
    draft = reload(introduction.draft)
    proposed = Framing(introduction.proposed)
    reasons = "; ".join(reason.rstrip(".") for reason in introduction.reasons)
    facts = [*_facts(context), ("Recommended approach", f"{proposed.label}{f' ({reasons})' if reasons else ''}")]
    if introduction.framing != introduction.proposed:
        facts.append(("Approach taken", Framing(introduction.framing).label))
    return done(
        message,
        arguments={
            **_arguments(task, customer),
            "approach": introduction.framing,
            "directness": introduction.directness,
            "ccAccountExecutive": introduction.copies_account_executive,
            "draftId": str(draft.pk),
        },
        facts=tuple(facts),
        draft=draft,
        choices=draft_choices(task, draft),
        links=(account_link(customer), ("Expansion", f"/customers/{customer.pk}/expansion")),
    )


def _arguments(task: Task, customer: Customer) -> dict[str, Any]:
    intent = task.intent
    return {
        **of_customer(customer),
        **({"approach": intent.framing} if intent.framing else {}),
        **({"directness": intent.directness} if intent.directness else {}),
        **({"ccAccountExecutive": True} if intent.copies_executive else {}),
    }


def _facts(context: ExpansionContext) -> tuple[tuple[str, str], ...]:
    """What speaks for it, as the spec lists it."""
    facts = context.facts
    rows = [("Current tier", facts.current_plan or "not on record")]
    rows += [(metric_title(line.metric), _use(line)) for line in facts.usage]
    if facts.feature_requests:
        rows.append(("Feature requests", ", ".join(facts.feature_requests)))
    if facts.health_score is not None:
        rows.append(("Health score", f"{facts.health_score}{_health(facts.health_score)}"))
    if context.expansion is None:
        rows.append(("Expansion opportunity", "nothing on record speaks for one yet"))
    else:
        plan = context.expansion.plan
        worth = f" (+{say_money(plan.estimated_value, facts.currency)} a year)" if plan.estimated_value else ""
        rows.append(("Expansion opportunity", f"{plan.recommended_plan or 'a larger plan'}{worth}"))
    return tuple(rows)


def _use(line: UsageLine) -> str:
    if line.limit is None or line.percent is None:
        return f"{plain(line.used)} used"
    return f"{plain(line.used)} of {plain(line.limit)} ({percent_words(line.percent)})"


def _health(score: int) -> str:
    if score >= EXCELLENT_HEALTH:
        return " (excellent)"
    return " (good)" if score >= GOOD_HEALTH else ""


def _copy(task: Task, *, drops: bool) -> Answer | Plan:
    """Put the account executive into the draft's copy, or out of it; an approval given before is void."""
    draft = find_draft(task)
    executive = draft.customer.account_executive
    if executive is None or not executive.email or not executive.is_active:
        raise refuse(
            f"{draft.customer.name} has no account executive with an address.", links=(account_link(draft.customer),)
        )

    def act() -> Answer:
        changed = _change_copy(task, draft, drops=drops)
        said = "gets no copy any more" if drops else "is in copy, and is told why"
        return done(
            f"{executive.display_name} {said}.",
            arguments={**of_customer(draft.customer), "draftId": str(draft.pk), "ccAccountExecutive": not drops},
            draft=changed,
            choices=draft_choices(task, changed),
        )

    shown = done(f"{executive.display_name}: copy of “{draft.subject}”.", arguments=of_customer(draft.customer))
    return Plan(shown, act, pins={"draft": draft.pk}, stands=f"{draft.pk}:{draft.version}", asks=False)


def _change_copy(task: Task, draft: Draft, *, drops: bool) -> Draft:
    by, now = task.caller.by, task.caller.now
    introduction = find_introduction_of(draft.pk)
    if introduction is not None:
        change = drop_account_executive if drops else copy_account_executive
        return reload(change(introduction, version=draft.version, now=now, by=by))
    executive = draft.customer.account_executive
    address = executive.email.lower() if executive else ""
    others = [one for one in draft.cc if one.lower() != address]
    return reload(save_draft(draft, version=draft.version, now=now, by=by, cc=others if drops else [*others, address]))
