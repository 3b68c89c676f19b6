"""Everything known of a contact, given out and erased: no table keeps the name or the address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from customers.models import Activity, Contract, Customer, ImportRun, Stakeholder, Todo, User
from customers.rules.wiping import terms_of, wipe_bytes, wipe_json, wipe_text
from customers.services.activity import record
from customers.services.record_checks import Seen, verify_record
from customers.services.sealing import seal_waiting
from customers.services.stakeholders import add_stakeholder
from customers.services.wiping import said_digest
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import CapturedMail, Draft, EventBatch, MailEvent, Reply, Suppression
from emails.queries.suppression import find_suppression
from emails.services import events, outbox
from emails.services.erasing import NotALead, erase_contact
from emails.services.sending import Refused, send
from emails.services.suppression import suppress
from tests import factories
from tests.emails.conftest import make_draft
from tests.emails.event_calls import item, write

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zofia Zieliński-Lee", "zofia.lee@acme.example"


@pytest.fixture
def zofia(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=account, name=NAME, email=ADDRESS, title="Head of Analytics", history=f"{NAME} likes short mails."
    )


@pytest.fixture
def known(zofia: Stakeholder, contract: Contract, csm: User, ops: User, now: datetime) -> Stakeholder:
    """A contact with all that gathers around one."""
    sent = make_draft(zofia, contract, csm, now)
    send(sent, version=sent.version, now=now, by=csm)
    outbox.deliver(sent.pk, now=now)
    sent.refresh_from_db()
    make_draft(zofia, contract, csm, now)
    events.keep_batch(write([item(sent, "delivered", now), item(sent, "spamreport", now)]), now=now)
    events.apply_due(now=now)
    suppress(ADDRESS, cause=SuppressionCause.PERSON, note=f"{NAME} called", now=now, by=csm)
    factories.ReplyFactory.create(
        customer=zofia.customer,
        stakeholder=zofia,
        draft=sent,
        from_email=ADDRESS,
        from_name=NAME,
        text=f"Yours, {NAME}",
    )
    bob = factories.StakeholderFactory.create(customer=zofia.customer, name="Bob Other", email="bob@acme.example")
    other = make_draft(bob, contract, csm, now)
    Draft.objects.filter(pk=other.pk).update(cc=[ADDRESS.upper()], body=f"Dear Bob, {NAME.upper()} and I spoke.")
    Todo.objects.create(customer=zofia.customer, title=f"Call {NAME}", waits_since=now, metadata={"who": [NAME]})
    record("test.said", f"Spoke to {NAME} <{ADDRESS}>", customer=zofia.customer, by=csm, now=now, who={NAME: ADDRESS})
    ImportRun.objects.create(user=ops, filename="book.csv", content=f"name;email\n{NAME};{ADDRESS}\n".encode("utf-16"))
    return zofia


def every_text() -> Iterator[tuple[str, str]]:
    """Every value of every text, JSON and binary column of every table, as it would be read."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.BinaryField):
                for value in model._base_manager.values_list(field.attname, flat=True):
                    yield f"{model.__name__}.{field.name}", _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return "\n".join(raw.decode(encoding, "replace") for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def traces() -> set[str]:
    return {where for where, text in every_text() if ADDRESS in text.lower() or NAME.lower() in text.lower()}


def test_no_column_of_any_table_keeps_the_name_or_the_address(known: Stakeholder, lead: User, now: datetime) -> None:
    assert len(traces()) >= 15

    done = erase_contact(known, now=now, by=lead)

    assert traces() == set()
    assert (done.accounts, done.letters, done.replies) == (1, 2, 1)


def test_that_it_happened_stays_on_record(known: Stakeholder, lead: User, now: datetime) -> None:
    line = Activity.objects.get(verb="test.said")
    said, lines = said_digest(line), Activity.objects.count()

    erase_contact(known, now=now, by=lead)

    after = Activity.objects.get(pk=line.pk)
    assert after.summary == "Spoke to [erased] <[erased]>"
    assert after.said_digest == said
    assert (after.at, after.actor, after.verb) == (line.at, line.actor, line.verb)
    assert Activity.objects.count() == lines + 1
    erased = Activity.objects.get(verb="stakeholder.erased")
    assert (erased.actor, erased.summary) == (lead, "Erased a contact at their request")
    assert Draft.objects.filter(state=DraftState.DELIVERED, stakeholder=known).count() == 1
    assert Draft.objects.filter(state=DraftState.CANCELLED, stakeholder=known).count() == 1


def test_chain_over_the_record_holds_after_an_erasure(
    known: Stakeholder, lead: User, csm: User, now: datetime, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    said = {"customer": known.customer, "now": now}
    own = record("portal.visited", "Opened a deliverable", by=None, actor_name=NAME, **said)
    User.objects.filter(pk=csm.pk).update(first_name="Zofia", last_name="Zieliński-Lee")
    csm.refresh_from_db()
    namesakes = record("test.called", f"{NAME} called", by=csm, **said)
    seal_waiting(now=now)
    record("test.waits", f"{NAME} is told", by=csm, **said)

    erase_contact(known, now=now, by=lead)

    assert list(verify_record(Seen())) == []
    seal_waiting(now=now)
    assert list(verify_record(Seen())) == []
    own.refresh_from_db()
    namesakes.refresh_from_db()
    assert (own.actor_name, namesakes.actor_name, namesakes.summary) == ("[erased]", NAME, "[erased] called")


def test_guard_lets_nothing_else_change(known: Stakeholder, lead: User, now: datetime) -> None:
    erase_contact(known, now=now, by=lead)

    for change in ("verb = 'x', said_digest = 'y'", "summary = 'x', said_digest = 'other'", "actor_name = 'x'"):
        with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
            connection.cursor().execute(f"UPDATE customers_activity SET {change} WHERE verb = 'test.said'")


def test_erased_contact_is_never_written_to_again_even_when_imported_anew(
    known: Stakeholder, contract: Contract, csm: User, lead: User, now: datetime
) -> None:
    erase_contact(known, now=now, by=lead)

    again = add_stakeholder(known.customer, {"name": NAME, "email": ADDRESS.upper()}, now=now, by=csm)
    draft = make_draft(again, contract, csm, now)

    facts = find_suppression(ADDRESS, Lane.NOTICE)
    assert facts is not None
    assert facts.cause == SuppressionCause.ERASED
    with pytest.raises(Refused) as refused:
        send(draft, version=draft.version, now=now, by=csm)
    assert refused.value.code == "suppressed"
    assert set(Suppression.objects.values_list("address", flat=True)) == {""}


def test_others_keep_what_is_theirs(known: Stakeholder, lead: User, now: datetime) -> None:
    namesake = factories.StakeholderFactory.create(name=NAME, email="zofia@elsewhere.example")
    bob = Draft.objects.get(to_name="Bob Other")

    erase_contact(known, now=now, by=lead)

    namesake.refresh_from_db()
    bob.refresh_from_db()
    assert (namesake.name, namesake.email) == (NAME, "zofia@elsewhere.example")
    assert bob.body == "Dear Bob, [erased] and I spoke."
    assert CapturedMail.objects.count() == 0
    assert MailEvent.objects.count() == 2
    assert (EventBatch.objects.count(), Reply.objects.count()) == (1, 1)


def test_erasing_twice_changes_nothing_more(known: Stakeholder, lead: User, now: datetime) -> None:
    erase_contact(known, now=now, by=lead)
    known.refresh_from_db()

    again = erase_contact(known, now=now, by=lead)

    assert again.other_rows == 0
    assert Suppression.objects.open().filter(cause=SuppressionCause.ERASED).count() == 1


def test_csm_may_neither_export_nor_erase(known: Stakeholder, csm: User, now: datetime) -> None:
    client = Client()
    client.force_login(csm)
    base = f"/customers/{known.customer_id}/people/{known.pk}"

    assert client.get(f"{base}/data.json").status_code == 403
    assert client.get(f"{base}/erase").status_code == 403
    assert client.post(f"{base}/erase").status_code == 403
    with pytest.raises(NotALead):
        erase_contact(known, now=now, by=csm)
    assert Stakeholder.objects.get(pk=known.pk).name == NAME


def test_contact_of_another_team_is_not_there(zofia: Stakeholder, now: datetime) -> None:
    client = Client()
    client.force_login(factories.UserFactory.create(role="lead", team=factories.TeamFactory.create()))

    assert client.get(f"/customers/{zofia.customer_id}/people/{zofia.pk}/data.json").status_code == 404
    assert client.post(f"/customers/{zofia.customer_id}/people/{zofia.pk}/erase").status_code == 404


def test_export_holds_everything_and_is_on_record(known: Stakeholder, lead: User) -> None:
    client = Client()
    client.force_login(lead)

    answer = client.get(f"/customers/{known.customer_id}/people/{known.pk}/data.json")

    body = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert body["contact"][0]["email"] == ADDRESS
    assert {kind: len(rows) for kind, rows in body.items() if kind not in ("activity", "records", "mentions")} == {
        "contact": 1,
        "letters": 2,
        "events": 2,
        "replies": 1,
        "meetings": 0,
        "preferences": 2,
    }
    assert any(NAME in line["summary"] for line in body["activity"])
    assert {"draft", "draftversion", "reply", "suppression"} <= body["records"].keys()
    assert any(place["where"] == "todo.title" for place in body["mentions"])
    assert Activity.objects.get(verb="stakeholder.exported").actor == lead


def test_page_asks_once_and_names_what_goes_and_what_stays(known: Stakeholder, lead: User) -> None:
    client = Client()
    client.force_login(lead)
    path = f"/customers/{known.customer_id}/people/{known.pk}/erase"

    asked = client.get(path).content.decode()
    assert "2 letters" in asked
    assert "What stays" in asked
    assert Stakeholder.objects.get(pk=known.pk).name == NAME

    client.post(path)
    assert Stakeholder.objects.get(pk=known.pk).name == "Erased contact"


@pytest.mark.parametrize(
    ("text", "wiped"),
    [
        ("Zofia Zieliński-Lee", "[erased]"),
        ("ZOFIA.LEE@ACME.EXAMPLE!", "[erased]!"),
        ("Zieliński-Lee, Zofia", "[erased]"),
        ("Zofia alone stays", "Zofia alone stays"),
    ],
)
def test_words_that_go(text: str, wiped: str) -> None:
    terms = terms_of(name=NAME, addresses=[ADDRESS])

    assert wipe_text(text, terms) == wiped
    assert wipe_json({text: [text, 1, None]}, terms) == {wiped: [wiped, 1, None]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_bytes_in_any_encoding_lose_the_words(encoding: str) -> None:
    raw = wipe_bytes(f"a {NAME} b {ADDRESS.upper()}".encode(encoding), terms_of(name=NAME, addresses=[ADDRESS]))

    assert ADDRESS.encode(encoding) not in raw
    assert NAME.encode(encoding) not in raw


def test_one_word_name_is_left_to_the_tables_that_hold_it() -> None:
    assert terms_of(name="May", addresses=["may@x.example"]) == ("may@x.example",)
