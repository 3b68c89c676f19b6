"""The page on which a lead or ops hand accounts over: what moves is shown before anything does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, User
from customers.queries.handovers import facts_of, list_all_of, list_chosen
from customers.queries.lookup import NotThere
from customers.rules.handovers import is_within_reach, refuse_receiver
from customers.services.handovers import (
    LONGEST_REASON,
    MOST_CHOSEN,
    THERE_IS_NONE,
    Handover,
    hand_over,
    preview_handover,
)
from customers.view_base import for_leaders, put_errors, reader_of

MOST_LISTED = 100
FIELDS = {"new": "to", "customer_ids": "customer"}


class HandoverForm(forms.Form):
    """From whom, to whom, and why. people: those within the reader's reach."""

    def __init__(self, *args: Any, people: list[User], reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = [one for one in people if not refuse_receiver(facts_of(one), giver=facts_of(reader), old=None)]
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", "Choose…"), *((str(one.pk), one.display_name) for one in able)]
        named = [(str(one.pk), one.display_name + ("" if one.is_active else " (has left)")) for one in people]
        fields["from"].choices = [("", "Whoever owns them"), *named]

    to = forms.ChoiceField(label="To")
    reason = forms.CharField(
        label="Why", max_length=LONGEST_REASON, help_text="It stands on each account's record: “Dana leaves”."
    )


# "from" is no name that a class body could hold.
HandoverForm.base_fields = {"from": forms.ChoiceField(label="From", required=False), **HandoverForm.base_fields}


@for_leaders
def handover(request: HttpRequest) -> HttpResponse:
    """Asked with GET it shows what would move, asked with POST it does it."""
    reader = reader_of(request)
    given = request.POST if request.method == "POST" else request.GET
    people = _people(reader)
    old = _find(people, given.get("from", ""))
    chosen = _chosen(given, reader)
    is_asked = bool(given.get("to"))
    form = HandoverForm(given if is_asked else None, initial=_initial(given), people=people, reader=reader)
    preview = None
    if is_asked and form.is_valid():
        new = _find(people, form.cleaned_data["to"])
        assert new is not None
        asked = Handover(new=new, old=old, chosen=chosen, reason=form.cleaned_data["reason"])
        try:
            if request.method == "POST" and given.get("confirm"):
                return _do(request, asked)
            preview = preview_handover(asked, by=reader)
        except NotThere as error:
            raise Http404(str(error)) from None
        except ValidationError as error:
            put_errors(form, error, form_names=FIELDS)
    listed = _listed(chosen, old, reader)
    context = {
        "form": form,
        "preview": preview,
        "old": old,
        "new": _find(people, given.get("to", "")) if preview else None,
        "reason": given.get("reason", ""),
        "chosen": [str(one) for one in chosen or ()],
        "listed": listed[:MOST_LISTED],
        "more": max(0, len(listed) - MOST_LISTED),
        "is_choosing": chosen is None and old is not None,
        "back": reverse("today_team"),
    }
    return render(request, "config/handover.html", context, status=400 if form.errors and is_asked else 200)


def _do(request: HttpRequest, asked: Handover) -> HttpResponse:
    done = hand_over(asked, now=timezone.now(), by=reader_of(request))
    if done.accounts:
        moved = ", ".join(one.words for one in done.counted)
        said = f"{done.accounts:,} account{'s' if done.accounts != 1 else ''} handed over to {asked.new.display_name}"
        messages.success(request, f"{said}: {moved}." if moved else f"{said}.")
    else:
        messages.info(request, "There was nothing left to hand over.")
    return redirect(f"{reverse('today')}?{urlencode({'whose': str(asked.new.pk)})}")


def _people(reader: User) -> list[User]:
    """Those within the reader's reach, who have left among them: their accounts are what is handed over most."""
    giver = facts_of(reader)
    people = User.objects.visible_to(reader).persons()
    if not reader.is_ops:
        people = people.filter(team=reader.team_id) if reader.team_id else people.filter(pk=reader.pk)
    return [one for one in people if is_within_reach(facts_of(one), giver=giver)]


def _find(people: list[User], wanted: str) -> User | None:
    if not wanted:
        return None
    found = next((one for one in people if str(one.pk) == wanted), None)
    if found is None:
        raise Http404("There is no such colleague in your team.")
    return found


def _chosen(given: Any, reader: User) -> tuple[UUID, ...] | None:
    """The accounts that were ticked; None where none were. Raises Http404 for what is not the reader's."""
    try:
        ids = tuple(dict.fromkeys(UUID(one) for one in given.getlist("customer")[: MOST_CHOSEN + 1]))
    except ValueError:
        raise Http404(THERE_IS_NONE) from None
    if not ids:
        return None
    if list_chosen(ids, user=reader).count() != len(ids):
        raise Http404(THERE_IS_NONE)
    return ids


def _listed(chosen: tuple[UUID, ...] | None, old: User | None, reader: User) -> list[Customer]:
    if chosen is not None:
        rows = list_chosen(chosen, user=reader)
    elif old is not None:
        rows = list_all_of(old, user=reader)
    else:
        return []
    return list(rows.select_related("owner").only("name", "owner__first_name", "owner__last_name", "owner__username"))


def _initial(given: Any) -> dict[str, str]:
    return {name: given.get(name, "") for name in ("from", "to", "reason")}
