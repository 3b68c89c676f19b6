"""The evidence of a renewal: what was approved on what, what left, what came back; on record and sealed."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from config.desk.evidence.giving import digest_of_pack
from customers.models import Activity, Contract, Customer, Seal, Stakeholder, User
from customers.services.record_checks import Seen, verify_record
from customers.services.sealing import seal_waiting
from emails.enums import OriginKind
from emails.models import Draft
from emails.rules.letters import Origin
from emails.services import outbox
from emails.services.editing import reload, save_draft
from emails.services.erasing import erase_contact
from emails.services.sending import approve, send, undo
from outreach.models import OutreachPlan
from renewals.enums import Outcome, OverrideKind
from renewals.models import EngageRun, Override, Renewal
from renewals.services.renewals import Ending, lock_price, set_outcome, set_target_price, unlock_price
from tests import factories
from tests.api.conftest import Caller, key_of
from tests.emails.conftest import _test_source, account, contract, make_draft, sarah, win  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def renewal(account: Customer, contract: Contract) -> Renewal:  # noqa: F811
    return Renewal.objects.create(customer=account, contract=contract)


@pytest.fixture
def plan(renewal: Renewal) -> OutreachPlan:
    return OutreachPlan.objects.create(
        customer=renewal.customer,
        renewal_id=renewal.pk,
        approach="champion_first",
        pricing_approach="value_first",
        deadline=renewal.contract.renewal_date,
    )


@pytest.fixture
def told(
    renewal: Renewal,
    plan: OutreachPlan,
    sarah: Stakeholder,  # noqa: F811
    win: Any,  # noqa: F811
    csm: User,
    lead: User,
    now: datetime,
) -> Draft:
    """A renewal with a price, an overrule, a letter approved twice and sent, and a reply."""
    set_target_price(renewal, price=Decimal(270000), now=now, by=lead)
    set_target_price(renewal, price=Decimal(268000), now=now, by=lead)
    lock_price(renewal, now=now, by=lead)
    unlock_price(renewal, now=now, by=lead)
    lock_price(renewal, now=now, by=lead)
    renewal.refresh_from_db()
    run = EngageRun.objects.create(
        customer=renewal.customer, renewal=renewal, plan=plan, opened_at=now, advice={"approach": "parallel"}
    )
    overruled = {"old": "Parallel", "new": "Champion first", "reason": "She asked for it"}
    Override.objects.create(run=run, kind=OverrideKind.STRATEGY, by=csm, at=now, **overruled)
    renewal.contract.refresh_from_db()
    draft = make_draft(sarah, renewal.contract, csm, now, origin=Origin(kind=OriginKind.ENGAGE, id=plan.pk))
    approve(draft, version=draft.version, now=now, by=csm)
    undo(draft, now=now, by=csm)
    soon = now + timedelta(seconds=30)
    changed = save_draft(draft, version=draft.version, now=soon, by=csm, body=draft.body + "\n\nSee you.")
    send(changed, version=changed.version, now=now + timedelta(minutes=1), by=lead)
    outbox.deliver(changed.pk, now=now + timedelta(minutes=2))
    sent = reload(changed)
    factories.ReplyFactory.create(
        customer=renewal.customer, stakeholder=sarah, draft=sent, from_email=sarah.email, from_name=sarah.name,
        text="Too expensive for us.", classification="objection_price", received_at=now + timedelta(hours=1),
    )  # fmt: skip
    return sent


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(draft: Draft, ending: str = "") -> str:
    return f"/customers/{draft.customer_id}/evidence{ending}"


def read_json(page: Client, draft: Draft) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(page.get(address(draft, "/json")).content)
    return read


def test_each_approval_tells_who_which_text_and_on_which_facts(
    told: Draft, page: Client, csm: User, lead: User
) -> None:
    (mail,) = read_json(page, told)["mails"]

    first, second = mail["approvals"]
    assert (first["by"], second["by"]) == (csm.display_name, lead.display_name)
    assert (first["version"], second["version"]) == (told.version - 1, told.version)
    assert "See you." not in first["body"]
    assert second["body"] == told.body
    assert second["digest"] == told.approval_hash != first["digest"]
    price = next(fact for fact in second["facts"] if fact["field"] == "target_price")
    assert (price["value"], price["recordKind"]) == ("268000", "contract")
    assert price["recordId"] == str(told.customer.contracts.get().pk)


def test_facts_of_an_approval_stay_as_they_were(told: Draft, page: Client) -> None:
    Contract.objects.update(target_price=Decimal(1))
    Draft.objects.filter(pk=told.pk).update(facts=[])

    facts = read_json(page, told)["mails"][0]["approvals"][1]["facts"]

    assert "268000" in {fact["value"] for fact in facts}


def test_head_and_receipt_are_those_of_the_moment_it_left(told: Draft, page: Client, csm: User) -> None:
    name, email = csm.display_name, csm.email
    User.objects.filter(pk=csm.pk).update(email="other@evergreen.example")
    Stakeholder.objects.update(email="moved@acme.example")

    mail = read_json(page, told)["mails"][0]

    assert mail["sent"] == {
        "messageId": told.message_id,
        "providerMessageId": told.smtp_id,
        "sender": f"{name} <{email}>",
        "to": "Sarah Lee <sarah@acme.example>",
        "cc": [],
        "date": mail["sent"]["date"],
        "provider": "capture",
        "headKept": True,
        "lineId": str(Activity.objects.get(verb="draft.sent").pk),
    }
    assert datetime.fromisoformat(mail["sent"]["date"]) == told.sent_at
    assert [row["check"] for row in mail["receipt"]] == [row["check"] for row in told.receipt]


def test_letter_that_left_before_heads_were_kept_shows_its_row(told: Draft, page: Client, now: datetime) -> None:
    old = Draft.objects.get(pk=told.pk)
    old.pk, old.reply_token, old.message_id, old.stakeholder = uuid4(), "", "<old@evergreen.example>", None
    old.save(force_insert=True)

    mails = read_json(page, told)["mails"]

    head = next(mail for mail in mails if mail["id"] == str(old.pk))["sent"]
    assert (head["messageId"], head["headKept"], head["lineId"]) == ("<old@evergreen.example>", False, None)


def test_price_overrules_and_replies_are_told(told: Draft, page: Client) -> None:
    read = read_json(page, told)

    assert [line["verb"] for line in read["prices"]] == [
        "price.set",
        "price.set",
        "price.locked",
        "price.unlocked",
        "price.locked",
    ]
    assert [(row["new"], row["reason"]) for row in read["overrules"]] == [("Champion first", "She asked for it")]
    assert read["recommended"] == {"approach": "parallel"}
    assert [(row["replyClass"], row["text"]) for row in read["replies"]] == [
        ("objection_price", "Too expensive for us.")
    ]


def test_outcome_stands_in_the_pack_of_its_renewal_and_the_next_has_none(
    told: Draft, page: Client, renewal: Renewal, lead: User, now: datetime
) -> None:
    ending = Ending(Outcome.RENEWED, Decimal(268000), 12, "Signed")
    set_outcome(renewal, ending=ending, now=now + timedelta(days=1), by=lead)

    latest = read_json(page, told)
    first = json.loads(page.get(address(told, f"/json?renewal={renewal.pk}")).content)

    assert (latest["renewal"]["outcome"], latest["mails"], latest["replies"]) == ("", [], [])
    assert (first["renewal"]["outcome"], first["renewal"]["closedBy"]) == ("renewed", lead.display_name)
    assert len(first["mails"]) == 1


def test_pack_names_the_seal_of_the_record_and_of_each_line(told: Draft, page: Client, now: datetime) -> None:
    assert read_json(page, told)["seal"]["waiting"] > 0
    seal_waiting(now=now)

    read = read_json(page, told)

    last = Seal.objects.order_by("-number")[0]
    assert (read["seal"]["link"], read["seal"]["seal"]) == (last.number, last.digest)
    assert read["seal"]["checkedWith"] == "manage.py verify_audit"
    for line in read["record"]:
        assert line["link"] == Seal.objects.get(line=line["id"]).number
    assert list(verify_record(Seen())) == []


def test_what_is_given_out_is_on_record_with_its_digest(told: Draft, page: Client, csm: User) -> None:
    page.get(address(told))
    assert not Activity.objects.filter(verb="evidence.exported").exists()

    read = read_json(page, told)

    line = Activity.objects.get(verb="evidence.exported")
    assert (line.actor, line.data["through"], line.data["digest"]) == (csm, "json", read["digest"])
    assert digest_of_pack(read) == read["digest"]
    read["mails"][0]["approvals"][0]["by"] = "Somebody else"
    assert digest_of_pack(read) != read["digest"]


def test_pdf_says_the_same_in_words(told: Draft, page: Client) -> None:
    answer = page.get(address(told, "/pdf"))

    text = " ".join("".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.content)).pages).split())
    digest = Activity.objects.get(verb="evidence.exported").data["digest"]
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    assert "Too expensive for us." in text
    assert "She asked for it" in text
    assert "New price: $268,000" in text
    assert told.message_id in text.replace(" ", "") or told.message_id in text
    assert digest in text
    assert "Target price $270,000 -> $268,000" in text


def test_page_shows_it_in_as_many_queries_for_one_letter_as_for_three(
    told: Draft, page: Client, plan: OutreachPlan, csm: User, now: datetime
) -> None:
    page.get(address(told))
    with CaptureQueriesContext(
        connection,
    ) as one:
        shown = page.get(address(told)).content.decode()
    for _ in range(2):
        person = factories.StakeholderFactory.create(customer=told.customer)
        origin = Origin(kind=OriginKind.ENGAGE, id=plan.pk)
        draft = make_draft(person, told.customer.contracts.get(), csm, now, origin=origin)
        approve(draft, version=draft.version, now=now, by=csm)
    with CaptureQueriesContext(connection) as three:
        page.get(address(told))

    assert "Too expensive for us." in shown
    assert len(three) == len(one)


def test_account_without_a_renewal_says_so(page: Client, account: Customer) -> None:  # noqa: F811
    assert "No renewal has been opened here yet." in page.get(f"/customers/{account.pk}/evidence").content.decode()
    assert page.get(f"/customers/{account.pk}/evidence/pdf").status_code == 404


@pytest.mark.parametrize("ending", ["", "/json", "/pdf"])
def test_account_of_others_is_not_there(told: Draft, client: Client, ending: str) -> None:
    client.force_login(factories.UserFactory.create(team=factories.TeamFactory.create()))

    assert client.get(address(told, ending)).status_code == 404
    assert not Activity.objects.filter(verb="evidence.exported").exists()


@pytest.mark.parametrize(
    "ending", ["/docx", "/json?renewal=x", "/json?renewal=0b7a1c9e-52f4-4a3d-9d0e-6c1f2a3b4c5d", "?renewal=%00"]
)
def test_what_there_is_none_of_is_404(told: Draft, page: Client, ending: str) -> None:
    assert page.get(address(told, ending)).status_code == 404


def test_api_gives_the_same_and_notes_it(told: Draft, csm: User, renewal: Renewal) -> None:
    caller = Caller(key_of(csm))

    answer = caller.get(f"/api/customers/{told.customer_id}/renewal/evidence", renewalId=str(renewal.pk))

    body = answer.json()
    assert answer.status_code == 200
    assert body["mails"][0]["sent"]["messageId"] == told.message_id
    assert digest_of_pack(body) == body["digest"]
    assert Activity.objects.get(verb="evidence.exported").data["through"] == "api"


@pytest.mark.parametrize(("query", "status"), [({"renewalId": "x"}, 400), ({"renewalId": str(uuid4())}, 404)])
def test_api_refuses_what_is_no_renewal(told: Draft, csm: User, query: dict[str, str], status: int) -> None:
    path = f"/api/customers/{told.customer_id}/renewal/evidence"

    assert Caller(key_of(csm)).get(path, **query).status_code == status


def test_api_does_not_know_the_account_of_others(told: Draft) -> None:
    other = factories.UserFactory.create(team=factories.TeamFactory.create())

    assert Caller(key_of(other)).get(f"/api/customers/{told.customer_id}/renewal/evidence").status_code == 404


def test_after_an_erasure_the_pack_tells_that_it_happened_without_words(
    told: Draft,
    page: Client,
    sarah: Stakeholder,  # noqa: F811
    lead: User,
    now: datetime,
) -> None:
    seal_waiting(now=now)
    erase_contact(sarah, now=now + timedelta(days=1), by=lead)

    answer = page.get(address(told, "/json")).content.decode()

    read = json.loads(answer)
    assert len(read["mails"][0]["approvals"]) == 2
    assert read["mails"][0]["sent"]["messageId"] == told.message_id
    for word in ("Sarah Lee", "sarah@acme.example", "Too expensive", "See you."):
        assert word not in answer
    assert list(verify_record(Seen())) == []
