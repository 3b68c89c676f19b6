"""Marks written into every text, JSON and binary column of every table, for one contact; and a look through all of it.

A row is about the contact where its table declares how (`of_person`), or belongs to their letters and replies: there
each column gets a mark of its own, in words that say nothing of whose it is. Elsewhere a text speaks of them by name.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from customers.models import Activity, Customer, IdempotentCall, ImportRun, Meeting, Stakeholder, User
from customers.queries.persons import declared
from customers.queries.speaking import LEFT_ALONE
from customers.services.activity import record
from customers.services.digests import digest_address, sealer
from customers.services.kept_answers import seal_answer
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
from renewals.models import Override
from tests.config.nothing_personal import NOTHING_PERSONAL, TABLES

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
THEIRS = (
    Stakeholder,
    Draft,
    DraftVersion,
    Attachment,
    Writing,
    CapturedMail,
    MailEvent,
    Reply,
    InboundMail,
    Suppression,
)
KINDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
SEALED = b"gAAAA"
"""How everything begins that is sealed with one of FIELD_KEYS."""
SHORTEST = 8
"""What is shorter holds a code."""

SPECIAL: dict[str, dict[str, Any]] = {
    "customers.brake": {"cleared_at": NOW},
    "customers.hold": {"ended_at": NOW},
    "customers.standstill": {"ended_at": NOW},
    "outreach.triggerlog": {"due_at": NOW},
    "outreach.triggermapping": {"trigger_type": "new_customer"},
    "journeys.businessplan": {"body": "A plan"},
    "journeys.portalmessage": {"read_at": NOW},
    "journeys.simulationrun": {"due_at": NOW},
    "customers.healthsample": {"score": 50},
    "customers.usagesource": {"kind": "salesforce", "sobject": "Account"},
    "outreach.touch": {"due_date": date(2026, 3, 4)},
}
"""What a constraint asks for."""

CIRCLES = ("emails.draft.answers", "emails.draft.parent")
"""Ways from a letter to another one or to its answer: a mark stands at the end of each anyway."""

_numbers = count(1)


def tables() -> Iterator[type[models.Model]]:
    """Every table that may speak of a contact."""
    for model in apps.get_models():
        if model._meta.app_label not in LEFT_ALONE and model._meta.label_lower not in TABLES and model is not User:
            yield model


def columns(model: type[models.Model]) -> list[Any]:
    """Those that hold words, and are not on the list of what is nobody's."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, KINDS)
        and not one.choices
        and not one.primary_key
        and not getattr(one, "generated", False)
        and f"{model._meta.label_lower}.{one.name}" not in NOTHING_PERSONAL
        and (one.max_length is None or one.max_length >= SHORTEST)
    ]


def is_theirs(model: type[models.Model]) -> bool:
    return model in THEIRS or hasattr(model, "of_person")


@dataclass
class World:
    """A contact at an account with one row of every table.

    own: marks of what is about them, by place. spoken: of what speaks of them.
    """

    customer: Customer
    person: Stakeholder
    user: User
    rows: dict[type[models.Model], Any] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows |= {Customer: self.customer, Stakeholder: self.person, User: self.user}

    def fill(self, wanted: Iterator[type[models.Model]] | list[type[models.Model]]) -> World:
        for model in wanted:
            self.row(model)
        for model in list(self.rows):
            if model is not User:
                self._mark(model)
        return self

    def row(self, model: type[models.Model]) -> Any:
        if model not in self.rows:
            self.rows[model] = self._make(model)
        return self.rows[model]

    def _make(self, model: type[models.Model]) -> Any:
        if model is Activity:
            return self._line()
        values = {one.name: value for one in model._meta.concrete_fields if (value := self._value(one)) is not None}
        values |= SPECIAL.get(model._meta.label_lower, {})
        if model is Suppression:
            values |= {"digest": digest_address(self.person.email)}
        if model._meta.label_lower == "journeys.automationlog":
            values |= {one.name: self._text(one, theirs=True) for one in columns(model)}
        made = model(**values)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            # One for the whole workspace, which is there already.
            made = model._base_manager.first()
            if made is None:
                raise
        if model is Meeting:
            made.stakeholders.add(self.person)
        return made

    def _line(self) -> Activity:
        texts = {one.name: self._text(one, theirs=True) for one in columns(Activity)}
        about = self.row(Draft)
        return record("test.said", texts["summary"], customer=self.customer, by=None, now=NOW, subject=about,
                      actor_name=texts["actor_name"], said=texts["data"])  # fmt: skip

    def _value(self, one: Any) -> Any:
        """What the column must have, and every way that leads to the contact."""
        if one.is_relation:
            target = one.related_model
            leads = is_theirs(target) or not one.null
            is_circle = f"{one.model._meta.label_lower}.{one.name}" in CIRCLES
            if not leads or is_circle:
                return None
            return self.row(target) if target in (*self.rows, *tables()) else target._base_manager.first()
        links = {"source_id": Reply, "subject_id": Draft, "target_id": Draft, "draft_id": Draft, "cause_id": Reply}
        if one.name in links:
            return self.row(links[one.name]).pk
        if one.name == "object_id" and isinstance(one, models.UUIDField):
            return self.person.pk
        if one.null or one.has_default() or one.primary_key or getattr(one, "generated", False):
            return None
        return self._plain(one)

    def _plain(self, one: Any) -> Any:
        number = next(_numbers)
        if one.choices:
            return "" if one.blank else one.choices[0][0]
        if isinstance(one, models.CharField | models.TextField):
            return f"{number}"[: one.max_length] if not one.blank else ""
        simple: list[tuple[type[Any], Any]] = [
            (models.DateTimeField, NOW),
            (models.DateField, date(2026, 3, 4)),
            (models.TimeField, time(9, 0)),
            (models.DecimalField, Decimal(number)),
            (models.UUIDField, uuid.uuid4()),
            (models.BooleanField, False),
            (models.IntegerField, number),
            (models.BinaryField, b""),
            (models.JSONField, {}),
        ]
        return next((value for kind, value in simple if isinstance(one, kind)), None)

    def _mark(self, model: type[models.Model]) -> None:
        theirs = is_theirs(model)
        if model._meta.label_lower in ("customers.activity", "journeys.automationlog"):
            return
        values = {one.name: self._text(one, theirs=theirs) for one in columns(model)}
        named = {Stakeholder: {"name": self.person.name, "email": self.person.email}}
        named[Override] = {"subject": self.person.name}
        for name, said in named.get(model, {}).items():
            values[name] = said
            del self.own[f"{model._meta.label_lower}.{name}"]
        model._base_manager.filter(pk=self.rows[model].pk).update(**values)

    def _text(self, one: Any, *, theirs: bool) -> Any:
        """A new mark in the shape of the column."""
        place = f"{one.model._meta.label_lower}.{one.name}"
        whole = one.name in getattr(one.model, "goes_whole", ())
        mark = f"M{next(_numbers):05d}Q"
        (self.own if theirs or whole else self.spoken)[place] = mark
        said = mark if theirs else f"{mark} {self.person.name} {self.person.email}"
        if isinstance(one, models.JSONField):
            return {"who": [self.person.name], "mark": mark} if whole else {"mark": [said]}
        if one.model is ImportRun and isinstance(one, models.BinaryField):
            return _packed(said)
        if isinstance(one, models.BinaryField):
            raw = f'[{{"mark": "{mark}", "who": "{self.person.name}"}}]'.encode() if whole else said.encode()
            return seal_answer(raw) if one.model is IdempotentCall else raw
        if one.max_length and len(said) > one.max_length:
            return self.person.name[: one.max_length]
        return said


def _packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("book.csv", f"name;note\n{text}\n")
    return out.getvalue()


def read_everything() -> str:
    """Every value of every column of every table of the database, in whatever table it lies."""
    said: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # the database's own names
            said += [_as_text(value) for row in cursor.fetchall() for value in row if value is not None]
    return "\n".join(said)


def _as_text(value: Any) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    raw = bytes(value)
    if raw.startswith(SEALED):
        raw = sealer().decrypt(raw)
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "\n".join(_as_text(archive.read(info)) for info in archive.infolist())
    return "\n".join(raw.decode(name, "replace") for name in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"))


def declares(model: type[models.Model]) -> bool:
    return hasattr(model, "of_person") and bool(declared(model).words)
