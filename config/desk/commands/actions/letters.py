"""Letters: begun, opened to be edited, and sent once a person has seen to whom, from whom, with what, at what price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.desk.commands.actions.base import Plan, account_link, done, few, of_customer, of_person, to_confirm
from config.desk.commands.answers import Answer, Choice, Point, State, ask, refuse
from config.desk.commands.finding import Task, find_customer_or_person, find_draft
from config.desk.commands.language.grammar import Intent
from customers.models import Customer, Stakeholder
from emails.enums import OriginKind
from emails.models import Draft
from emails.queries.answers import answer_for
from emails.queries.cards import DraftCard, make_card
from emails.queries.checks import read_gate_facts
from emails.queries.leaving import in_their_day
from emails.rules.gate import ask_gate
from emails.rules.receipts import Receipt
from emails.services.conversations import begin_letter
from emails.services.editing import reload, save_draft
from emails.services.sending import send as approve_and_queue

LONGEST_SUBJECT = 120
MOST_PEOPLE = 8


def draft_email(task: Task) -> Answer | Plan:
    """Begin a letter with greeting and signature for the person to fill; or show a draft to be edited."""
    if task.intent.step == "edit":
        return _edit(task)
    customer, person = find_customer_or_person(task)
    to = person or _recipient(task, customer)
    topic = task.intent.topic
    subject = topic[:1].upper() + topic[1:LONGEST_SUBJECT]
    arguments = {**of_customer(customer), **of_person(to), **({"topic": topic} if topic else {})}

    def act() -> Answer:
        draft = begin_letter(customer, stakeholder=to, subject=subject, now=task.caller.now, by=task.caller.by)
        return done(
            f"A letter to {to.name} at {customer.name} is begun. Write it here; nothing leaves before you send it.",
            arguments={**arguments, "draftId": str(draft.pk)},
            draft=draft,
            is_editing=True,
            choices=draft_choices(task, draft),
            links=(account_link(customer),),
        )

    shown = done(f"A letter to {to.name} at {customer.name}.", arguments=arguments)
    return Plan(shown, act, pins={"customer": customer.pk, "person": to.pk}, stands=f"{to.pk}:{to.email}", asks=False)


def _recipient(task: Task, customer: Customer) -> Stakeholder:
    """The primary contact, or the only one; else somebody must say who. Raises Stop."""
    people = list(
        Stakeholder.objects.filter(customer=customer, left_at=None)
        .exclude(email="")
        .order_by("-primary", "name")[: MOST_PEOPLE + 1]
    )
    if not people:
        raise refuse(f"Nobody at {customer.name} has an address.", links=(account_link(customer),))
    if people[0].primary or len(people) == 1:
        return people[0]
    choices = [
        task.choice(one.name, note=one.title, customer=customer.pk, person=one.pk) for one in people[:MOST_PEOPLE]
    ]
    raise ask(f"To whom at {customer.name}?", *choices)


def _edit(task: Task) -> Answer:
    draft = find_draft(task)
    if not draft.is_editable:
        raise refuse(f"This draft can no longer be changed: it is “{draft.get_state_display()}”.")
    return done(
        f"“{draft.subject or 'No subject'}” to {draft.to_name}: change it and save.",
        arguments={**of_customer(draft.customer), "draftId": str(draft.pk)},
        draft=draft,
        is_editing=True,
        choices=draft_choices(task, draft),
    )


def show_draft(task: Task) -> Draft:
    """Give the draft that is pinned, as it is now. Raises Stop."""
    return find_draft(task)


def save_typed(task: Task, *, version: int, subject: str, body: str) -> Answer:
    """Keep what was typed into the bar. Raises as `save_draft`."""
    draft = find_draft(task)
    saved = save_draft(
        draft, version=version, now=task.caller.now, by=task.caller.by, subject=subject, body=body.replace("\r\n", "\n")
    )
    current = reload(saved)
    changed = current.version != version
    return done(
        "Saved. An approval given before is void." if changed else "Nothing differs; it is as it was.",
        action="draft_email",
        arguments={**of_customer(current.customer), "draftId": str(current.pk)},
        draft=current,
        choices=draft_choices(task, current),
    )


def draft_choices(task: Task, draft: Draft) -> tuple[Choice, ...]:
    """Edit, CC Account Executive, Send: each goes on with this draft. Source: PRD-047, "Chat UI Flow"."""
    if not draft.is_editable:
        return ()
    going_on = Task(Intent("", "draft_email"), task.caller)
    pin: dict[str, Any] = {"draft": draft.pk}
    choices = [going_on.choice("Edit", text="Edit", intent=Intent("Edit", "draft_email", step="edit"), **pin)]
    executive = draft.customer.account_executive
    if executive is not None and executive.email and executive.is_active and executive.pk != draft.sender_id:
        is_in = executive.email.lower() in {address.lower() for address in draft.cc}
        label = f"Drop {executive.display_name}" if is_in else "CC Account Executive"
        text = "Drop the account executive" if is_in else "CC Account Executive"
        step = Intent(text, "introduce_upsell", step="drop_cc" if is_in else "cc")
        choices.append(going_on.choice(label, text=text, note=executive.display_name, intent=step, **pin))
    choices.append(going_on.choice("Send", text="Send", intent=Intent("Send", "send"), **pin))
    return tuple(choices)


def send(task: Task) -> Answer | Plan:
    """Ask once, naming recipient, sender, files and price; then approve and send as a click does."""
    draft = find_draft(task)
    if not draft.is_editable:
        raise refuse(f"It does not wait to be sent: it is “{draft.get_state_display()}”.", draft=draft)
    card = make_card(draft, reader=task.caller.by)
    receipt = ask_gate(read_gate_facts(draft, now=task.caller.now, approving=True))
    facts = _facts(draft, card)
    arguments = {**of_customer(draft.customer), "draftId": str(draft.pk), "version": draft.version}
    stops = _stops(card, receipt)
    if stops:
        raise refuse(
            "It cannot be sent as it is.", points=stops, facts=facts, draft=draft, arguments=arguments,
            choices=tuple(one for one in draft_choices(task, draft) if one.label != "Send"),
            links=(("Open the draft", f"/drafts/{draft.pk}"),),
        )  # fmt: skip
    shown = to_confirm(
        f"Send “{draft.subject}” to {draft.to_name} at {draft.customer.name}?",
        label="Send Email",
        facts=facts,
        points=_cautions(draft, card, receipt, task),
        arguments=arguments,
        draft=draft,
        choices=tuple(one for one in draft_choices(task, draft) if one.label == "Edit"),
    )
    return Plan(shown, lambda: _send(task, draft), pins={"draft": draft.pk}, stands=_stands(draft, card))


def _stands(draft: Draft, card: DraftCard) -> str:
    """All that the yes was given to: text by its version, people and files by themselves."""
    to = draft.stakeholder.email if draft.stakeholder else draft.to_email
    files = ",".join(sorted(f"{file.pk}" for file in card.attachments))
    sender = draft.sender.email if draft.sender else ""
    parts = (draft.pk, draft.version, draft.state, to, sender, ",".join(draft.cc), files, card.judgement.shown_price)
    return ":".join(str(part) for part in parts)


def _facts(draft: Draft, card: DraftCard) -> tuple[tuple[str, str], ...]:
    to = (draft.stakeholder.email if draft.stakeholder else "") or draft.to_email
    sender = draft.sender
    price = f"{card.judgement.shown_price} in the text" if card.judgement.shown_price else "not in the text"
    if any(file.is_proposal for file in card.attachments):
        price += "; in the attached proposal"
    rows = [
        ("To", f"{draft.to_name} <{to}>"),
        ("From", f"{sender.display_name} <{sender.email}>" if sender else "nobody yet"),
        ("Copy to", ", ".join(draft.cc)),
        ("Subject", draft.subject or "(none)"),
        ("Files", ", ".join(file.name for file in card.attachments) or "none"),
        ("Price shown", price),
    ]
    return tuple(row for row in rows if row[1])


def _stops(card: DraftCard, receipt: Receipt) -> tuple[Point, ...]:
    """What keeps it from being approved by this person now; empty where nothing does."""
    draft = card.draft
    rows = [
        f"“{row.span.text}” " + (f"has changed to {row.now}." if row.is_stale else "is not on record.")
        for row in card.open_rows
    ]
    if not draft.body.strip():
        rows.append("The text is empty.")
    if not draft.subject.strip():
        rows.append("It has no subject.")
    if card.waits_for_sender:
        name = draft.sender.display_name if draft.sender else "somebody else"
        rows.append(f"It leaves in the name of {name}, who must approve it in person.")
    elif not card.may_approve:
        rows += ["A lead must approve this one.", *card.judgement.lead_reasons]
    if not rows and receipt.stop is not None:
        rows.append(receipt.stop.reason)
    return tuple(Point(text, kind="warn") for text in rows)


def _cautions(draft: Draft, card: DraftCard, receipt: Receipt, task: Task) -> tuple[Point, ...]:
    rows = [
        Point(f"It departs from “{draft.get_price_approach_display()}”: {one.reason}", kind="warn")
        for one in card.breaches
    ]
    wait = receipt.wait
    if wait is not None:
        leaves = (
            in_their_day(wait.next_try_at, draft.customer.timezone, now=task.caller.now)
            if wait.next_try_at
            else "later"
        )
        rows.append(Point(f"It leaves {leaves}: {wait.reason} It can be taken back until then."))
    elif task.caller.undo_seconds:
        rows.append(
            Point(f"It leaves after {few(task.caller.undo_seconds, 'second')}; until then it can be taken back.")
        )
    return tuple(rows)


def _send(task: Task, draft: Draft) -> Answer:
    caller = task.caller
    approve_and_queue(draft, version=draft.version, now=caller.now, by=caller.by, undo_seconds=caller.undo_seconds)
    queued = reload(draft)
    if not queued.is_kept_back and not caller.undo_seconds:
        caller.deliver(draft.pk)
    return say_sent(task, reload(draft))


def say_sent(task: Task, draft: Draft) -> Answer:
    """Say what became of it: sent, leaving in a moment, or waiting and why."""
    outcome = answer_for(draft)
    name = draft.customer.name
    state = State.DONE
    if outcome.status == "sent":
        is_upsell = draft.origin_kind == OriginKind.UPSELL
        message = f"Upsell introduction sent to {name}!" if is_upsell else f"Sent to {draft.to_name} at {name}."
    elif draft.is_kept_back:
        leaves = (
            in_their_day(draft.not_before, draft.customer.timezone, now=task.caller.now)
            if draft.not_before
            else "later"
        )
        message = f"Approved, not sent yet. {outcome.reason} Next try {leaves}; it can be taken back until then."
    elif draft.is_queued and task.caller.undo_seconds:
        seconds = few(task.caller.undo_seconds, "second")
        message = f"Approved. It leaves to {draft.to_name} in {seconds}; until then it can be taken back."
    elif outcome.status in ("queued", "unknown"):
        message = f"Approved, on its way to {draft.to_name}. {outcome.reason}".strip()
    else:
        state, message = State.REFUSED, f"Not sent: {outcome.reason or draft.get_state_display()}"
    return replace(
        done(
            message,
            arguments={**of_customer(draft.customer), "draftId": str(draft.pk), "status": outcome.status},
            draft=draft,
            links=(account_link(draft.customer), ("The letter", f"/drafts/{draft.pk}")),
        ),
        state=state,
    )
