"""Absences by API: set, listed, taken back; nothing of another team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from customers.models import Absence, Customer, User
from tests.api.conftest import Caller, error_of


def days(**more: Any) -> dict[str, Any]:
    today = date.today()
    return {"delegate": "marco", "firstDate": str(today), "lastDate": str(today + timedelta(days=9)), **more}


def test_absence_gives_the_delegate_the_accounts_until_it_is_taken_back(
    call_as: Callable[..., Caller], csm: User, other_csm: User, customer: Customer
) -> None:
    mine, delegate = call_as(csm), call_as(other_csm)
    path = f"/api/customers/{customer.pk}"
    before = delegate.get(path).status_code

    made = mine.post("/api/absences", days())
    meanwhile = delegate.get(path).status_code
    listed = delegate.get("/api/absences").json()
    gone = mine.delete(f"/api/absences/{made.json()['id']}")

    assert (before, made.status_code, meanwhile, gone.status_code) == (404, 201, 200, 204)
    assert [one["state"] for one in listed["items" if "items" in listed else "results"]] == ["running"]
    assert delegate.get(path).status_code == 404


def test_absences_of_others_are_not_set_seen_or_ended(
    call_as: Callable[..., Caller], csm: User, other_csm: User, stranger: User, lead: User
) -> None:
    call_as(csm).post("/api/absences", days())
    made = Absence.objects.get()

    foreign = call_as(stranger)
    assert foreign.delete(f"/api/absences/{made.pk}").status_code == 404
    assert call_as(other_csm).delete(f"/api/absences/{made.pk}").status_code == 403
    for by, asked, status in (
        (other_csm, days(person="dana", delegate="liam"), 403),
        (lead, days(person="stefan"), 403),
        (csm, days(delegate="stefan"), 400),
        (csm, days(delegate="nobody"), 404),
        (csm, days(firstDate="x"), 400),
    ):
        response = call_as(by).post("/api/absences", asked)
        assert (response.status_code, bool(error_of(response))) == (status, True)
    assert Absence.objects.count() == 1
