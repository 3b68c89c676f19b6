"""Two accounts that are one: everything of the one that goes is moved to the one that stays.

Rows that both have (the same person, the same usage sample) are kept once. What cannot be decided by code, two running
plans for instance, refuses the merge with the reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from customers.base import lock_customer
from customers.enums import ContractState
from customers.models import (
    Activity,
    Brake,
    Contract,
    Customer,
    HealthSample,
    Hold,
    Stakeholder,
    Todo,
    UsageSample,
    User,
    Win,
)
from customers.registry.merges import list_merge_guards, list_merge_steps
from customers.services.activity import record

# What makes two rows of one table the same thing at an account; the one of the account that stays is kept.
SAME_WHEN: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (UsageSample, ("metric", "at")),
    (HealthSample, ("at",)),
    (Win, ("text",)),
    (Todo, ("key",)),
)

_GAPS = ("title", "history", "timezone", "language", "phone", "social_handles")


class MergeRefused(Exception):
    """Raised when the two accounts cannot become one now; the message says why."""


def find_obstacles(*, kept: Customer, gone: Customer) -> list[str]:
    """This will name what stands in the way of a merge, in words; an empty list means it can be done."""
    if kept.pk == gone.pk:
        return ["Choose another account: this is the same one."]
    reasons = [guard(kept, gone) for guard in list_merge_guards()]
    if _running_contracts(kept, gone) > 1 and kept.currency != gone.currency:
        reasons.append("Both have a running contract, in different currencies.")
    return [reason for reason in reasons if reason]


def merge_customers(*, kept: Customer, gone: Customer, now: datetime, by: User) -> None:
    """This will move everything of `gone` to `kept` and remove `gone`; its record stays readable from `kept`.

    Where both have a running contract, that of `kept` goes on and the other ends. Raises MergeRefused,
    ValidationError where `by` may not change one of them.
    """
    if not by.is_writer:
        raise ValidationError("You may look, not change.")
    if reasons := find_obstacles(kept=kept, gone=gone):
        raise MergeRefused(" ".join(reasons))
    try:
        with transaction.atomic():
            for customer_id in sorted((kept.pk, gone.pk)):
                lock_customer(customer_id)
            _merge_people(kept, gone)
            _end_second_contract(kept, gone, now=now)
            _end_second_stops(kept, gone, now=now, by=by)
            _drop_doubles(kept, gone)
            for step in list_merge_steps():
                step(kept, gone, now, by)
            _move_rows(kept, gone)
            # A person may have changed the account that goes since it was read: what is taken over is read again.
            _fill_gaps(kept, Customer.objects.get(pk=gone.pk))
            record(
                "customer.merged",
                f"{gone.name} merged into this account",
                customer=kept,
                by=by,
                now=now,
                subject=gone,
                external_id=gone.external_id,
            )
            Customer.objects.filter(pk=gone.pk).delete()
            kept.save()
    except IntegrityError as error:
        raise MergeRefused(
            "Both accounts have something running of which there can be one only. End it in one of them first."
        ) from error


def list_ids_with_merged(customer: Customer) -> models.QuerySet[Any, Any]:
    """This will give the account's id and those of the accounts that were merged into it, as a subquery.

    One list: of a row that is the account's OR in a list PostgreSQL finds out by reading them all.
    """
    merged = Activity.objects.filter(customer=customer, verb="customer.merged").order_by().values("subject_id")
    return Customer.objects.filter(pk=customer.pk).order_by().values("pk").union(merged, all=True)


def _running_contracts(*customers: Customer) -> int:
    return Contract.objects.filter(customer__in=customers, state=ContractState.ACTIVE).count()


def _merge_people(kept: Customer, gone: Customer) -> None:
    """This will put two entries of one person (same address, or same name without one) together."""
    known = list(Stakeholder.objects.filter(customer=kept))
    by_email = {person.email.lower(): person for person in known if person.email}
    by_name = {person.name.casefold(): person for person in known}
    has_primary = any(person.primary for person in known)
    for person in Stakeholder.objects.filter(customer=gone):
        twin = by_email.get(person.email.lower()) if person.email else by_name.get(person.name.casefold())
        if twin is not None:
            _absorb_person(twin, person, has_primary=has_primary)
        elif person.primary and has_primary:
            Stakeholder.objects.filter(pk=person.pk).update(primary=False)


def _absorb_person(twin: Stakeholder, person: Stakeholder, *, has_primary: bool) -> None:
    """This will move what refers to `person` to `twin`, take over what `twin` lacks, and remove `person`."""
    for relation in Stakeholder._meta.related_objects:
        if relation.many_to_many:
            for row in getattr(person, str(relation.get_accessor_name())).all():
                getattr(row, relation.field.name).add(twin)
        else:
            rows: Any = relation.related_model._base_manager
            if relation.one_to_one and rows.filter(**{relation.field.name: twin}).exists():
                continue  # There is one for each person: that of the one who goes, goes too.
            rows.filter(**{relation.field.name: person}).update(**{relation.field.name: twin})
    twin.roles = list(dict.fromkeys([*twin.roles, *person.roles]))
    for name in (*_GAPS, "relationship_strength", "email"):
        if getattr(twin, name) in ("", None):
            setattr(twin, name, getattr(person, name))
    twin.primary = twin.primary or (person.primary and not has_primary)
    person.delete()
    twin.save()


def _end_second_contract(kept: Customer, gone: Customer, *, now: datetime) -> None:
    if Contract.objects.filter(customer=kept, state=ContractState.ACTIVE).exists():
        Contract.objects.filter(customer=gone, state=ContractState.ACTIVE).update(
            state=ContractState.ENDED, updated_at=now
        )


def _end_second_stops(kept: Customer, gone: Customer, *, now: datetime, by: User) -> None:
    """This will end the stops that the account that stays has as well: one open hold of a scope, one brake."""
    scopes = list(Hold.objects.filter(customer=kept, ended_at=None).values_list("scope", flat=True))
    Hold.objects.filter(customer=gone, ended_at=None, scope__in=scopes).update(ended_at=now, ended_by=by)
    if Brake.objects.filter(customer=kept, cleared_at=None).exists():
        Brake.objects.filter(customer=gone, cleared_at=None).update(cleared_at=now, cleared_by=by)


def _drop_doubles(kept: Customer, gone: Customer) -> None:
    for model, fields in SAME_WHEN:
        rows: Any = model._default_manager
        same = {name: models.OuterRef(name) for name in fields}
        twins = rows.filter(customer=kept, **same)
        doubles = rows.filter(customer=gone).filter(models.Exists(twins))
        if model is Todo:
            doubles = doubles.exclude(key="")
        doubles.delete()


def _move_rows(kept: Customer, gone: Customer) -> None:
    """This will point every row of every app that refers to `gone` at `kept`; the record stays as it was written."""
    for relation in Customer._meta.related_objects:
        if relation.related_model is Activity or relation.many_to_many:
            continue
        rows: Any = relation.related_model._base_manager
        rows.filter(**{relation.field.name: gone}).update(**{relation.field.name: kept})


def _fill_gaps(kept: Customer, gone: Customer) -> None:
    """This will take over what `kept` does not know; an id of another system moves, so that imports find it again."""
    for field in Customer._meta.concrete_fields:
        if field.name in ("id", "created_at", "updated_at", "notes", "timezone", "currency"):
            continue
        if getattr(kept, field.attname) in ("", None):
            setattr(kept, field.attname, getattr(gone, field.attname))
    kept.notes = "\n\n".join(filter(None, [kept.notes, gone.notes if gone.notes != kept.notes else ""]))
