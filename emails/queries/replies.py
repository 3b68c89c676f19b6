"""Replies as lists: what a person may see, and what needs them first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, When

from customers.models import User
from customers.queries.kept import figures_of
from customers.rules.access import sees_everything
from emails.enums import AUTOMATIC_CLASSES, HUMAN_CLASSES, OBJECTION_CLASSES, ReplyClass
from emails.models import InboundMail, Reply
from emails.models.drafts import WIDE_FIELDS

MOST_SHOWN = 100

_PERSON = Q(classification__in=sorted(HUMAN_CLASSES), is_machine=False)
_OPEN = Q(handled_at=None)
VIEWS: dict[str, Q] = {
    "open": _OPEN & (_PERSON | Q(classification=ReplyClass.UNVERIFIED)),
    "objections": Q(classification__in=sorted(OBJECTION_CLASSES), is_machine=False),
    "unverified": Q(classification=ReplyClass.UNVERIFIED),
    "automatic": Q(classification__in=sorted(AUTOMATIC_CLASSES)) | Q(is_machine=True),
    "all": Q(),
}
"""What the page can be narrowed to, by the name in its address."""

VIEW_LABELS = {
    "open": "Needs attention",
    "objections": "Objections",
    "unverified": "Not verified",
    "automatic": "Automatic",
    "all": "All",
}


@dataclass(frozen=True)
class ReplyView:
    """One way to look at the replies, and how many there are in it."""

    name: str
    label: str
    count: int
    is_current: bool


def list_replies(user: User) -> Any:
    """This will give the replies that the person may see, with what a line of them shows, in one query."""
    rows = Reply.objects.visible_to(user).select_related("customer", "stakeholder", "draft", "handled_by")
    return rows.defer(*(f"draft__{name}" for name in WIDE_FIELDS))


def list_view(user: User, *, view: str, text: str = "") -> Any:
    """This will give the replies of one view, what needs a person first: objections, then answers, then strangers."""
    rows = list_replies(user).filter(VIEWS[view]).defer("full_text", "headers")
    if text:
        rows = rows.filter(
            Q(subject__icontains=text)
            | Q(text__icontains=text)
            | Q(from_email__icontains=text)
            | Q(from_name__icontains=text)
            | Q(customer__name__icontains=text)
        )
    urgency = Case(
        When(~_OPEN, then=3),
        When(Q(classification__in=sorted(OBJECTION_CLASSES), is_machine=False), then=0),
        When(_PERSON, then=1),
        When(classification=ReplyClass.UNVERIFIED, then=2),
        default=3,
        output_field=IntegerField(),
    )
    if view != "open":
        return rows.order_by("-received_at", "pk")
    return rows.annotate(urgency=urgency).order_by("urgency", "-received_at", "pk")


def count_views(user: User, *, current: str) -> list[ReplyView]:
    """This will count every view in one query."""
    wanted = {name: Count("pk", filter=condition) if condition else Count("pk") for name, condition in VIEWS.items()}
    counts = figures_of(user, "replies", read=lambda: Reply.objects.visible_to(user).aggregate(**wanted))
    return [ReplyView(name, VIEW_LABELS[name], counts[name], name == current) for name in VIEWS]


def list_unapplied(user: User) -> Any:
    """This will list the mails that could not be understood; they belong to no account, so ops alone see them."""
    if not (user.is_superuser or sees_everything(user.role)):
        return InboundMail.objects.none()
    return InboundMail.objects.exclude(problem="").filter(applied_at=None).defer("body")[:MOST_SHOWN]
