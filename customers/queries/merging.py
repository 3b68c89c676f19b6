"""What a merge of two accounts is about: whom to choose, and what moves."""

from __future__ import annotations

from django.db.models import QuerySet

from customers.models import Activity, Customer, User

MOST_CANDIDATES = 20


def list_candidates(kept: Customer, user: User, *, text: str) -> QuerySet[Customer]:
    """This will give the accounts whose name contains the text; without one, those that begin like `kept`."""
    others = Customer.objects.visible_to(user).exclude(pk=kept.pk).select_related("owner").order_by("name")
    wanted = {"name__icontains": text} if text else {"name__istartswith": (kept.name.split() or [""])[0]}
    return others.filter(**wanted)[:MOST_CANDIDATES]


def count_rows(customer: Customer) -> list[tuple[str, int]]:
    """This will count what belongs to the account, by the name of its kind; what there is none of is left out."""
    counts = []
    for relation in Customer._meta.related_objects:
        model = relation.related_model
        if relation.many_to_many or isinstance(model, str) or model is Activity:
            continue
        count = model._base_manager.filter(**{relation.field.name: customer}).count()
        if count:
            name = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
            counts.append((str(name), count))
    return sorted(counts)
