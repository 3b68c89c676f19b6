"""Everything that is known about one contact, for a person who asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower

from customers.models import Activity, IdempotentCall, Stakeholder, User
from customers.queries.persons import RowsOfPerson, find_rows_of
from customers.queries.told import excerpts, plain, tell_mentions, tell_rows
from customers.rules.wiping import terms_of
from customers.services.digests import digest_address
from customers.services.kept_answers import open_answer
from emails.models import (
    Attachment,
    CapturedMail,
    Draft,
    DraftVersion,
    InboundMail,
    MailEvent,
    Reply,
    Suppression,
    Writing,
)

_PERSON = (
    "id",
    "name",
    "email",
    "title",
    "roles",
    "primary",
    "relationship_strength",
    "timezone",
    "language",
    "history",
    "phone",
    "social_handles",
    "wished_email",
    "left_at",
    "created_at",
    "updated_at",
)
_LETTER = (
    "id",
    "subject",
    "body",
    "to_name",
    "to_email",
    "cc",
    "lane",
    "purpose",
    "state",
    "created_at",
    "approved_at",
    "scheduled_send_date",
    "sent_at",
    "delivered_at",
    "bounced_at",
    "opened_at",
    "clicked_at",
    "replied_at",
)
_EVENT = ("draft_id", "kind", "at", "recipient", "url", "reason", "user_agent")
_REPLY = (
    "id",
    "draft_id",
    "from_email",
    "from_name",
    "subject",
    "full_text",
    "received_at",
    "classification",
    "reason",
)
_WISH = ("topic", "cause", "at", "note", "lifted_at", "lift_reason")
_LINE = ("at", "verb", "summary", "actor_name")

Encoder = DjangoJSONEncoder
ERASED_NAME = "Erased contact"


def list_same_person(person: Stakeholder, *, reader: User) -> list[Stakeholder]:
    """This will give the person's entries at every account that the reader sees, known by the address."""
    if not person.email:
        return [person]
    rows = Stakeholder.objects.visible_to(reader).annotate(lowered=Lower("email"))
    return list(rows.filter(lowered=person.email.lower()).select_related("customer").order_by("customer__name"))


def collect(person: Stakeholder, *, reader: User) -> dict[str, Any]:
    """This will gather what the reader may see of the contact: as plain values, by kind."""
    people = list_same_person(person, reader=reader)
    letters, records, terms = letters_to(people), _records(people), terms_about(people)
    return {
        "contact": [{**_values(one, _PERSON), "account": one.customer.name} for one in people],
        "letters": list(letters.values(*_LETTER)),
        "events": list(MailEvent.objects.filter(draft__in=letters.values("pk")).values(*_EVENT)),
        "replies": list(replies_of(people).values(*_REPLY)),
        "meetings": [
            {"title": row.title, "starts_at": row.starts_at, "state": row.state, "notes": row.notes}
            for one in people
            for row in one.meetings.all()
        ],
        "preferences": list(wishes_of(people).values(*_WISH)),
        "activity": list(_lines_about(people, letters).values(*_LINE)),
        "records": records,
        "mentions": [
            *tell_mentions(terms, customer_ids=[one.customer_id for one in people], known=_keys_of(records)),
            *_tell_kept_answers(terms),
        ],
    }


def count_known(people: Sequence[Stakeholder]) -> dict[str, int]:
    """This will count the letters to them, what was told of these, and their replies."""
    letters = letters_to(people).order_by()
    return {
        "letters": letters.count(),
        "events": MailEvent.objects.filter(draft__in=letters.values("pk")).count(),
        "replies": replies_of(people).count(),
    }


def _tell_kept_answers(terms: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Where the answers kept for repeats of a call, which lie sealed, speak of them."""
    kept = IdempotentCall.objects.exclude(body=b"").only("pk", "body").iterator(chunk_size=200) if terms else ()
    for call in kept:
        if says := excerpts(plain(open_answer(call)), terms):
            yield {"where": "idempotentcall.body", "id": call.pk, "says": says}


def _records(people: Sequence[Stakeholder]) -> dict[str, list[dict[str, Any]]]:
    """Every row about them with all that it says, by table."""
    ids = letters_to(people).order_by().values("pk")
    replies = replies_of(people)
    tables: dict[type[Model], Any] = {
        Stakeholder: people,
        Draft: letters_to(people),
        DraftVersion: DraftVersion.objects.filter(draft__in=ids),
        Attachment: Attachment.objects.filter(draft__in=ids),
        Writing: Writing.objects.filter(draft__in=ids),
        CapturedMail: captured_of(people),
        MailEvent: MailEvent.objects.filter(draft__in=ids),
        Reply: replies,
        InboundMail: InboundMail.objects.filter(reply__in=replies.order_by().values("pk")),
        Suppression: wishes_of(people),
    }
    told = {str(model._meta.model_name): tell_rows(rows) for model, rows in tables.items()}
    for model, _, row in rows_about(people).read():
        told.setdefault(str(model._meta.model_name), []).extend(tell_rows([row]))
    return {name: rows for name, rows in told.items() if rows}


def _keys_of(records: dict[str, list[dict[str, Any]]]) -> set[Any]:
    return {(name, row["id"]) for name, rows in records.items() for row in rows}


def rows_about(people: Sequence[Stakeholder]) -> RowsOfPerson:
    """This will find every row of every app about them, beside those that `collect` names."""
    ids = {one.pk for one in people} | set(letters_to(people).values_list("pk", flat=True))
    ids |= set(replies_of(people).values_list("pk", flat=True))
    names = {one.name for one in people if one.name != ERASED_NAME}
    return find_rows_of(ids, names=names, customer_ids=[one.customer_id for one in people])


def terms_about(people: Sequence[Stakeholder]) -> tuple[str, ...]:
    """This will give the words that lead to them alone: names, addresses, numbers, handles."""
    addresses = [*addresses_of(people), *(one.wished_email.lower() for one in people if one.wished_email)]
    found: dict[str, None] = {}
    for one in people:
        if one.name != ERASED_NAME:
            others = [one.phone, *one.social_handles.splitlines()]
            found |= dict.fromkeys(terms_of(name=one.name, addresses=addresses, others=others))
    return tuple(found)


def letters_to(people: Iterable[Stakeholder]) -> QuerySet[Draft]:
    rows: QuerySet[Draft] = Draft.objects.filter(stakeholder__in=list(people)).order_by("created_at", "pk")
    return rows


def replies_of(people: Sequence[Stakeholder]) -> QuerySet[Reply]:
    """This will give what they wrote to us, by person and by address."""
    accounts = [one.customer_id for one in people]
    mine = Q(stakeholder__in=list(people))
    for address in addresses_of(people):
        mine |= Q(customer__in=accounts, from_email__iexact=address) | Q(customer=None, from_email__iexact=address)
    rows: QuerySet[Reply] = Reply.objects.filter(mine).order_by("received_at", "pk")
    return rows


def wishes_of(people: Iterable[Stakeholder]) -> QuerySet[Suppression]:
    digests = [digest_address(address) for address in addresses_of(people)]
    rows: QuerySet[Suppression] = Suppression.objects.filter(digest__in=digests).order_by("at", "pk")
    return rows


def captured_of(people: Sequence[Stakeholder]) -> QuerySet[CapturedMail]:
    rows: QuerySet[CapturedMail] = CapturedMail.objects.filter(draft__stakeholder__in=list(people))
    return rows


def addresses_of(people: Iterable[Stakeholder]) -> list[str]:
    return list(dict.fromkeys(one.email.lower() for one in people if one.email))


def _lines_about(people: Sequence[Stakeholder], letters: QuerySet[Draft]) -> QuerySet[Activity]:
    about = Q(subject_kind="stakeholder", subject_id__in=[one.pk for one in people])
    about |= Q(subject_kind="draft", subject_id__in=letters.order_by().values("pk"))
    for one in people:
        about |= Q(customer=one.customer_id, summary__icontains=one.name)
    rows: QuerySet[Activity] = Activity.objects.filter(about).order_by("at", "pk")
    return rows


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
