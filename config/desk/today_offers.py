"""What is done in place to an item of Today: its one next action, what else there is to choose, and where it leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from config.desk.navigation import address
from config.desk.today import Item
from customers.models import User
from customers.queries import turns as ground
from customers.queries.turns import Turn
from customers.registry.approvals import Approval
from emails.models import Reply
from emails.queries import turns as mail
from emails.queries.approvals import read_approvals
from journeys.queries import turns as journeys
from outreach.enums import LIVE_PLAN_STATES, Choice
from outreach.models import OutreachPlan
from outreach.queries import turns as outreach
from outreach.queries.reactions import is_about_expansion
from outreach.rules.reactions import propose
from renewals.enums import ObjectionKind
from renewals.queries import turns as renewals

SNIPPET = 400
SHORT = {
    Choice.ACCELERATE: "Accelerate",
    Choice.RESUME: "Go on as planned",
    Choice.HOLD: "Hold",
    Choice.NEGOTIATE: "Negotiate",
}


@dataclass(frozen=True)
class Button:
    """One thing to do by one click. verb: what the door is told."""

    verb: str
    label: str
    is_primary: bool = False


@dataclass(frozen=True)
class Field:
    """Something that is said along with it. kind: the type of the control, "textarea" for a long one."""

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    help: str = ""


@dataclass(frozen=True)
class Fold:
    """What opens below the line: a field, and the buttons that send it."""

    label: str
    field: Field
    buttons: tuple[Button, ...]
    is_primary: bool = False


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    is_primary: bool = False


@dataclass(frozen=True)
class Offer:
    """All that an item offers. url: its page. said: what somebody wrote, to be read in place. marks: what to mind."""

    url: str
    buttons: tuple[Button, ...] = ()
    link: Link | None = None
    fold: Fold | None = None
    said: str = ""
    marks: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """One item as the page shows it. error: why what was just asked for was refused; typed: what was typed then."""

    item: Item
    offer: Offer
    error: str = ""
    typed: str = ""

    @property
    def title(self) -> str:
        return self.item.kind.words(self.item.turn)

    @property
    def because(self) -> str:
        return self.item.kind.because(self.item.turn)


def show_items(items: Iterable[Item], *, reader: User, now: datetime) -> list[Shown]:
    """This will give the items of a page with what they offer: as many queries for one as for fifty."""
    listed = list(items)
    letters = [item.turn.id for item in listed if item.turn.code == mail.DRAFT]
    approvals = read_approvals(letters, user=reader, now=now) if letters else {}
    questions = _questions([item.turn for item in listed if item.turn.code == renewals.BRAKE])
    return [Shown(item, _offer(item.turn, approvals, questions, reader)) for item in listed]


@dataclass(frozen=True)
class _Question:
    proposed: Choice = Choice.RESUME
    choices: tuple[Choice, ...] = (Choice.RESUME, Choice.HOLD)
    said: str = ""


def _questions(turns: list[Turn]) -> Mapping[UUID, _Question]:
    """What each stopped account is asked, by its brake: as on its own page, the proposed choice first."""
    if not turns:
        return {}
    accounts = {turn.account_id: turn for turn in turns}
    replies: dict[UUID, list[Reply]] = defaultdict(list)
    rows = Reply.objects.moving().filter(customer__in=accounts, handled_at=None).select_related("draft")
    for reply in rows.only(
        "customer_id", "classification", "text", "from_name", "received_at", "draft__origin_kind"
    ).order_by("received_at"):
        replies[reply.customer_id].append(reply)
    plans = OutreachPlan.objects.filter(customer__in=accounts, state__in=sorted(LIVE_PLAN_STATES))
    planned = set(plans.values_list("customer", flat=True))
    return {turn.id: _question(turn, replies[turn.account_id], turn.account_id in planned) for turn in turns}


def _question(turn: Turn, replies: list[Reply], has_plan: bool) -> _Question:
    classes = [reply.classification for reply in replies if not is_about_expansion(reply)]
    has_renewal = turn.renewal_date is not None
    proposed = propose(classes, can_accelerate=has_plan, can_negotiate=has_renewal)
    possible = {Choice.ACCELERATE: has_plan, Choice.NEGOTIATE: has_renewal}
    choices = sorted((one for one in Choice if possible.get(one, True)), key=lambda one: one != proposed)
    said = "\n\n".join(f"{reply.from_name}: {reply.text[:SNIPPET]}" for reply in replies[-2:])
    return _Question(proposed, tuple(choices), said)


def _offer(turn: Turn, approvals: Mapping[UUID, Approval], questions: Mapping[UUID, _Question], reader: User) -> Offer:
    if turn.code == mail.DRAFT:
        return _letter(turn, approvals.get(turn.id))
    if turn.code == renewals.BRAKE:
        return _brake(turn, questions.get(turn.id, _Question()))
    if turn.code == ground.TODO:
        return _todo(turn)
    if turn.code == renewals.ENGAGE:
        return _engage(turn)
    return _PLAIN[turn.code](turn)


def _letter(turn: Turn, approval: Approval | None) -> Offer:
    """A yes in place where nothing speaks against it; else the page where it is read whole or mended."""
    url = reverse("emails:draft", args=[turn.id])
    if approval is None:
        return Offer(url, link=Link("Open", url, is_primary=True))
    if approval.warnings:
        link = Link("Check the facts" if len(approval.warnings) > 1 else "Check it", url, is_primary=True)
        return Offer(url, link=link, said=turn.detail, marks=tuple(approval.warnings[:3]))
    if approval.refusal:
        return Offer(url, link=Link("Open", url), said=turn.detail, marks=(approval.refusal,))
    if approval.single:
        link = Link("Read and approve", _in_queue(turn.id), is_primary=True)
        return Offer(url, link=link, said=turn.detail, marks=(approval.single,))
    label = f"Approve for {approval.leaves_at:%-d %b}" if approval.leaves_at else approval.action
    return Offer(url, (Button("approve", label, is_primary=True),), Link("Read", _in_queue(turn.id)), said=turn.detail)


def _in_queue(pk: UUID) -> str:
    return f"{reverse('approvals')}?whose=all&item={pk}"


def _brake(turn: Turn, question: _Question) -> Offer:
    buttons = tuple(
        Button(one.value, SHORT[one], is_primary=one == question.proposed)
        for one in question.choices
        if one != Choice.HOLD
    )
    until = Field("until", "Hold until", "date", help="Empty: until somebody resumes it.")
    fold = Fold("Hold", until, (Button(Choice.HOLD.value, "Hold the account"),))
    return Offer(reverse("renewals:brake", args=[turn.account_id]), buttons, fold=fold, said=question.said)


def _todo(turn: Turn) -> Offer:
    done, dropped = Button("done", "Done", is_primary=True), Button("dismissed", "Not needed")
    account = _account(turn, "planned")
    if turn.note == "other_channel":
        url = reverse("outreach:channels", args=[turn.id])
        return Offer(url, (Button("done", "Done"),), Link("How to reach them", url, is_primary=True))
    return Offer(account, (done, dropped))


def _engage(turn: Turn) -> Offer:
    url = reverse("renewals:engage", args=[turn.account_id])
    if turn.note == "price":
        where = reverse("renewals:target_price", args=[turn.account_id])
        return Offer(where, link=Link("Set the price", where, is_primary=True))
    if turn.note == "lock":
        where = reverse("renewals:lock_price", args=[turn.account_id])
        return Offer(where, link=Link("Lock the price", where, is_primary=True))
    if turn.note == renewals.TOO_LATE:
        where = reverse("renewals:negotiate", args=[turn.account_id])
        return Offer(where, link=Link("Open Negotiate", where, is_primary=True))
    return Offer(url, (Button("open", "Open Engage", is_primary=True),))


def _account(turn: Turn, anchor: str = "") -> str:
    return reverse("customers:account", args=[turn.account_id]) + (f"#{anchor}" if anchor else "")


def _link(label: str, name: str) -> Any:
    def offer(turn: Turn) -> Offer:
        url = reverse(name, args=[turn.id])
        return Offer(url, link=Link(label, url, is_primary=True), said=turn.detail)

    return offer


def _account_link(label: str, name: str) -> Any:
    def offer(turn: Turn) -> Offer:
        url = reverse(name, args=[turn.account_id])
        return Offer(url, link=Link(label, url, is_primary=True))

    return offer


def _meeting_past(turn: Turn) -> Offer:
    notes = Field("notes", "What was said", "textarea", help="The recap is written from it.")
    fold = Fold("With notes", notes, (Button("held", "Mark as held"),))
    buttons = (Button("held", "It was held", is_primary=True), Button("cancelled", "It was not"))
    return Offer(_meeting_url(turn), buttons, fold=fold)


def _meeting_due(turn: Turn) -> Offer:
    url = _meeting_url(turn)
    return Offer(url, link=Link("Prepare", _account(turn), is_primary=True), said=turn.detail)


def _meeting_url(turn: Turn) -> str:
    return reverse("customers:meeting_edit", args=[turn.account_id, turn.id])


def _unsent(turn: Turn) -> Offer:
    url = reverse("emails:draft_send", args=[turn.id])
    return Offer(reverse("emails:draft", args=[turn.id]), link=Link("Send it", url, is_primary=True))


def _doubtful(turn: Turn) -> Offer:
    why = Field("reason", "How do you know?", required=True, help="It goes on record.")
    buttons = (Button("sent", "It was sent", is_primary=True), Button("again", "It was not, send it again"))
    return Offer(reverse("emails:review"), fold=Fold("Settle", why, buttons, is_primary=True))


def _reply(turn: Turn) -> Offer:
    url = reverse("emails:reply", args=[turn.id])
    answer = Link("Answer", url, is_primary=True)
    return Offer(url, (Button("seen", "Seen to"),), answer, said=turn.detail)


def _deliverable(turn: Turn) -> Offer:
    url = address("journeys:deliverable", turn.id)
    return Offer(url, link=Link("Read and approve", _in_queue(turn.id), is_primary=True), said=turn.detail)


def _plan(turn: Turn) -> Offer:
    url = reverse("journeys:business_plan", args=[turn.account_id])
    return Offer(url, (Button("approve", "Approve it", is_primary=True),), Link("Read", url), said=turn.detail)


def _step(turn: Turn) -> Offer:
    url = reverse("outreach:run", args=[turn.note])
    return Offer(url, (Button("approve", "Approve", is_primary=True),), Link("Look", url))


def _step_trouble(turn: Turn) -> Offer:
    url = reverse("outreach:run", args=[turn.note])
    return Offer(url, (Button("retry", "Try again", is_primary=True),), Link("Look", url))


def _enrollment(turn: Turn) -> Offer:
    url = reverse("outreach:sequences", args=[turn.account_id])
    return Offer(url, (Button("approve", "Approve and enroll", is_primary=True),), Link("Read", _in_queue(turn.id)))


def _objection(turn: Turn) -> Offer:
    url = reverse("renewals:negotiate", args=[turn.account_id])
    kind = str(ObjectionKind(turn.title).label) if turn.title in ObjectionKind.values else turn.title
    return Offer(
        url,
        (Button("negotiate", "Confirm Negotiate", is_primary=True),),
        Link("Look", url),
        said=turn.detail,
        reason=f"Objection: {kind.lower()}",
    )


def _touch(turn: Turn) -> Offer:
    url = reverse("renewals:engage_step", args=[turn.account_id, "plan"])
    return Offer(url, (Button("done", "Done", is_primary=True), Button("skipped", "Skip")), Link("The plan", url))


_PLAIN: Mapping[str, Any] = {
    ground.MEETING_PAST: _meeting_past,
    ground.MEETING_DUE: _meeting_due,
    mail.UNSENT: _unsent,
    mail.STUCK: _link("Open the email", "emails:draft"),
    mail.DOUBTFUL: _doubtful,
    mail.REPLY: _reply,
    mail.UNVERIFIED: _link("Say what it is", "emails:reply"),
    journeys.DELIVERABLE: _deliverable,
    journeys.REVISION: _link("Revise it", "journeys:deliverable"),
    journeys.PLAN: _plan,
    outreach.STEP: _step,
    outreach.STEP_TROUBLE: _step_trouble,
    outreach.ENROLLMENT: _enrollment,
    outreach.ENROLLMENT_TROUBLE: _account_link("Look", "outreach:sequences"),
    outreach.TOUCH: _touch,
    renewals.OBJECTION: _objection,
    renewals.OUTCOME: _account_link("Record the outcome", "renewals:outcome"),
    renewals.NO_ROLE: _account_link("Name somebody", "customers:person_new"),
    renewals.NEAR: _account_link("Record the outcome", "renewals:outcome"),
}
