"""A person's own views of a list: a name for a filter and an order."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from customers.models import SavedView, User

MOST_VIEWS = 30


def save_view(*, user: User, page: str, name: str, query: str) -> SavedView:
    """This will keep the query under the name; the same name again replaces it.

    Raises ValidationError without a name, with a query too long to keep, or when there are MOST_VIEWS already.
    """
    if not name:
        raise ValidationError("Give the view a name.")
    mine = SavedView.objects.filter(user=user, page=page)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise ValidationError(f"You have {MOST_VIEWS} views; remove one first.")
    view = SavedView(user=user, page=page, name=name, query=query)
    view.clean_fields()
    saved, _ = SavedView.objects.update_or_create(user=user, page=page, name=name, defaults={"query": query})
    return saved
