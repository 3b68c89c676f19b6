"""What a merge of two accounts is about: whom to choose, and what moves."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, ManyToOneRel, QuerySet, Value
from django.db.models.functions import Lower

from customers.models import Activity, Customer, User

MOST_CANDIDATES = 20


def list_candidates(kept: Customer, user: User, *, text: str) -> QuerySet[Customer]:
    """This will give the accounts whose name contains the text; without one, those that begin like `kept`."""
    others = Customer.objects.visible_to(user).exclude(pk=kept.pk).select_related("owner").order_by("name")
    begins = (kept.name.split() or [""])[0]
    wanted = {"name__icontains": text} if text else {"name__istartswith": begins}
    # Said besides, since an index finds it: names alone would be read in their order until enough are found.
    return others.filter(search_text__contains=Lower(Value(text or begins)), **wanted)[:MOST_CANDIDATES]


def count_rows(customer: Customer) -> list[tuple[str, int]]:
    """This will count what belongs to the account, by the name of its kind; what there is none of is left out."""
    relations = _relations()
    counts = [_counted(relation, place, customer) for place, relation in enumerate(relations)]
    found = counts[0].union(*counts[1:], all=True)
    return sorted((_name(relations[place], count), count) for place, count in found)


def _relations() -> list[ManyToOneRel]:
    """What refers to an account and moves; the record stays as it was written."""
    relations = Customer._meta.related_objects
    return [one for one in relations if isinstance(one, ManyToOneRel) and one.related_model is not Activity]


def _counted(relation: ManyToOneRel, place: int, customer: Customer) -> QuerySet[Any, tuple[int, int]]:
    rows: QuerySet[Any] = relation.related_model._base_manager.order_by()
    own = rows.filter(**{relation.field.name: customer}).values(relation.field.name)
    return own.annotate(count=Count("pk")).values_list(Value(place, IntegerField()), "count")


def _name(relation: ManyToOneRel, count: int) -> str:
    meta = relation.related_model._meta
    return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)
