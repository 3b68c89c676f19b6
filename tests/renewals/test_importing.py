"""Prepare's outputs come with the book, on the renewal of the account's contract."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine

from customers.models import Contract, Customer, Stakeholder
from customers.registry.imports import list_import_fields
from customers.services.importing.reading import Options, Upload
from customers.services.importing.runs import import_now
from customers.services.importing.undoing import CannotUndo, undo_import
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import TouchKind
from renewals.models import Renewal
from renewals.services.engage import open_engage
from tests.conftest import NOW

HEAD = (
    "Account ID,Account Name,ACV,Renewal Date,Target Price,Confidence Score,Stakeholder Sequence,Engagement Approach,"
    "Value Leverage,Stickiness Score,Quantified Value,Peer Price Percent\n"
)
ROW = '1,Acme,250000,2026-07-02,268000,82,Champion first,Consultative,2.08x,85,"$52,000.00",-8 %\n'


def run_import(user, text):
    return import_now([Upload("book.csv", text.encode())], Options(), by=user, now=NOW)


def test_outputs_of_prepare_land_on_the_renewal(csm):
    run_import(csm, HEAD + ROW)

    renewal = Renewal.objects.get()
    assert renewal.contract == Contract.objects.get()
    assert (renewal.confidence, renewal.prepare_sequence, renewal.engagement_approach, renewal.stickiness) == (
        82, "Champion first", "Consultative", 85,
    )  # fmt: skip
    assert (renewal.value_leverage, renewal.quantified_value, renewal.peer_price_pct) == (
        Decimal("2.08"), Decimal("52000.00"), Decimal("-8.00"),
    )  # fmt: skip


def test_second_import_changes_nothing_and_a_changed_score_is_told(csm):
    run_import(csm, HEAD + ROW)

    again = run_import(csm, HEAD + ROW)
    changed = run_import(csm, HEAD + ROW.replace(",82,", ",90,"))

    assert (again.report["changed"], again.report["unchanged"]) == (0, 1)
    assert changed.report["rows"][0]["changes"] == [{"field": "Confidence", "old": "82", "new": "90"}]
    assert Renewal.objects.get().confidence == 90


def test_locked_price_refuses_another_target(csm):
    run_import(csm, HEAD + ROW)
    Renewal.objects.update(price_locked_at=NOW, price_locked_by=csm)

    run = run_import(csm, HEAD + ROW.replace("268000", "300000"))

    assert [(r["column"], "locked" in r["reason"]) for r in run.report["refused"]] == [("Target Price", True)]
    assert Contract.objects.get().target_price == Decimal("268000.00")
    assert run_import(csm, HEAD + ROW).report["unchanged"] == 1


def test_outputs_without_a_contract_are_refused(csm):
    run = run_import(csm, "Account Name,Confidence Score\nAcme,82\n")

    assert [r["column"] for r in run.report["refused"]] == ["Confidence Score"]


def test_undo_takes_the_renewal_back(csm):
    first = run_import(csm, HEAD + ROW)
    second = run_import(csm, HEAD + ROW.replace(",82,", ",90,"))

    undo_import(second, now=NOW, by=csm)
    assert Renewal.objects.get().confidence == 82

    undo_import(first, now=NOW, by=csm)
    assert (Renewal.objects.count(), Customer.objects.count()) == (0, 0)


def test_import_is_not_undone_once_an_email_left_because_of_it(csm):
    run = run_import(csm, "Account Name,Contact Name,Email\nAcme,Ann,ann@acme.example\n")
    person = Stakeholder.objects.get()
    Draft.objects.create(customer=person.customer, stakeholder=person, to_name="Ann", to_email=person.email, sender=csm,
                         state=DraftState.SENT, sent_at=NOW, message_id="<1@x>")  # fmt: skip

    with pytest.raises(CannotUndo, match="email has been sent since the import to Acme"):
        undo_import(run, now=NOW, by=csm)
    assert Customer.objects.count() == 1


def test_no_two_fields_of_an_import_claim_one_name():
    claimed: dict[str, str] = {}
    for known in list_import_fields():
        for name in known.names:
            assert claimed.setdefault(name, known.key) == known.key


@time_machine.travel(NOW, tick=False)
def test_running_plan_follows_a_date_that_an_import_changes(csm, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run_import(csm, HEAD + ROW.replace("2026-07-02", "2026-06-29"))
        person = "Account ID,Account Name,Contact Name,Email,Role\n1,Acme,Ann Lee,ann@acme.example,Champion\n"
        run_import(csm, person)
    run = open_engage(Customer.objects.get(), now=NOW, by=csm)
    before = run.plan.touches.get(kind=TouchKind.NOTICE).due_date

    with django_capture_on_commit_callbacks(execute=True):
        run_import(csm, HEAD + ROW.replace("2026-07-02", "2026-06-22"))

    assert run.plan.touches.get(kind=TouchKind.NOTICE).due_date < before
