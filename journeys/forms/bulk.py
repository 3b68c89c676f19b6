"""Which clients a selection means, and the forms of what is done to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from customers.form_base import DateField
from journeys.forms.actions import (
    MOST_DAYS,
    ActionForm,
    CancelForm,
    MonthForm,
    PauseForm,
    ReasonField,
    ReasonForm,
    StartForm,
    TriggerForm,
)
from journeys.forms.board import read_board_filter
from journeys.forms.log import read_id
from journeys.queries.board import BoardFilter

MOST_TICKED = 10_000
LONGEST_QUERY = 2000


class AdjustManyForm(ActionForm):
    start_date = DateField(label="New first day", required=False, help_text="The same for all of them.")
    days = forms.IntegerField(
        label="or moved by days", required=False, min_value=-MOST_DAYS, max_value=MOST_DAYS,
        help_text="7 is a week later, -7 a week earlier, each from its own first day.",
    )  # fmt: skip
    include_past = forms.BooleanField(
        label="Catch up on what is past", required=False, help_text="Else what the move puts before today is skipped."
    )
    reason = ReasonField()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("start_date")) == bool(given.get("days")):
            self.add_error("start_date", "Give either a first day or a number of days.")
        return given

    def arguments(self) -> dict[str, Any]:
        return {**self.cleaned_data, "days": self.cleaned_data["days"] or 0}


class PauseManyForm(PauseForm):
    """Goes on with the beginning of that day where each of them is."""

    def arguments(self) -> dict[str, Any]:
        return {**super().arguments(), "until": self.cleaned_data["until"]}


BULK_FORMS: dict[str, type[ActionForm]] = {
    "start": StartForm,
    "pause": PauseManyForm,
    "resume": ReasonForm,
    "adjust": AdjustManyForm,
    "skip": MonthForm,
    "trigger": TriggerForm,
    "force": MonthForm,
    "cancel": CancelForm,
}


@dataclass(frozen=True)
class Selection:
    """The ticked clients, or all that a filter of the board finds. query: that filter, as it stands in an address.

    A page hands the ticked ones on in one field, however many: a form of more than 1,000 fields is refused.
    """

    is_all: bool
    ticked: Sequence[str]
    query: str

    @property
    def in_one_field(self) -> str:
        return " ".join(self.ticked)

    @property
    def wanted(self) -> BoardFilter:
        return read_board_filter(QueryDict(self.query).dict())


def read_selection(sent: QueryDict) -> Selection:
    """This will read scope, customer, customers (ids with spaces between) and query; what is no id is left out."""
    given = [*sent.getlist("customer"), *sent.get("customers", "").split()][:MOST_TICKED]
    ids = {str(found) for value in given if (found := read_id(value))}
    query = sent.get("query", "").replace("\0", "")[:LONGEST_QUERY]
    return Selection(sent.get("scope") == "all", sorted(ids), query)
