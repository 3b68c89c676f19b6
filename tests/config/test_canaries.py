"""Everything that the house says of a contact is given out and goes; what it says of others stays."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from customers.models import User
from customers.queries.speaking import LEFT_ALONE
from customers.rules.persons import OfPerson
from customers.services.record_checks import Seen, verify_record
from customers.services.sealing import seal_waiting
from emails.queries.contact_data import Encoder, collect
from emails.services.erasing import erase_contact
from outreach.models import Reaction
from tests import factories
from tests.config.canaries import KINDS, NOW, World, columns, is_theirs, read_everything, tables
from tests.config.nothing_personal import APPS, NOTHING_PERSONAL, TABLES

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Ida Quist", "ida.quist@acme.example"
MARK = "M00000Q-of-the-file"
ONCE_AT_AN_ACCOUNT = {"renewals.crmstagemove"}


@pytest.fixture
def ida(ops: User, settings: Any, tmp_path: Path) -> World:
    settings.DATA_DIR = tmp_path
    customer = factories.CustomerFactory.create(name="Acme")
    person = factories.StakeholderFactory.create(customer=customer, name=NAME, email=ADDRESS)
    return World(customer, person, ops).fill(tables())


@pytest.fixture
def elsewhere(ida: World) -> World:
    """Somebody at another account, with a row of every table too."""
    customer = factories.CustomerFactory.create(name="Other", external_id="other")
    person = factories.StakeholderFactory.create(customer=customer, name="Olaf Berg", email="olaf@other.example")
    return World(customer, person, factories.UserFactory.create()).fill(tables())


@pytest.fixture
def beside(ida: World) -> World:
    """Somebody at the same account, with rows about them."""
    person = factories.StakeholderFactory.create(customer=ida.customer, name="Tove Holm", email="tove@acme.example")
    shared = {model: row for model, row in ida.rows.items() if not is_theirs(model)}
    world = World(ida.customer, person, ida.user, rows=shared)
    own = [model for model in tables() if is_theirs(model) and model._meta.label_lower not in ONCE_AT_AN_ACCOUNT]
    for model in own:
        world.row(model)
    world.rows = {model: row for model, row in world.rows.items() if is_theirs(model)}
    return world.fill([])


def left(marks: dict[str, str], text: str) -> list[str]:
    return sorted(place for place, mark in marks.items() if mark in text)


def test_erasure_leaves_no_mark_of_the_contact_and_every_mark_of_others(
    ida: World, elsewhere: World, beside: World, ops: User, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    seal_waiting(now=NOW)
    before = read_everything()
    assert left(ida.own, before) == sorted(ida.own)
    assert ADDRESS in before

    with django_capture_on_commit_callbacks(execute=True):
        erase_contact(ida.person, now=NOW + timedelta(minutes=1), by=ops)

    after = read_everything()
    assert left(ida.own, after) == []
    assert ADDRESS not in after.lower()
    assert NAME.lower() not in after.lower()
    for world in (elsewhere, beside):
        assert left(world.own, after) == left(world.own, before) == sorted(world.own)
        assert left(world.spoken, after) == left(world.spoken, before)
    for file in tmp_path.rglob("*"):
        text = file.read_bytes().decode("latin-1") if file.is_file() else ""
        assert left(ida.own, text) == []
    assert list(verify_record(Seen())) == []


def test_erasing_again_changes_nothing_more(ida: World, beside: World, ops: User) -> None:
    erase_contact(ida.person, now=NOW, by=ops)
    ida.person.refresh_from_db()
    before = read_everything()

    again = erase_contact(ida.person, now=NOW, by=ops)

    assert again.other_rows == 0
    assert left(beside.own, before) == sorted(beside.own)
    assert list(verify_record(Seen())) == []


def test_export_holds_every_mark_of_the_contact_and_none_of_others(
    ida: World, elsewhere: World, beside: World, ops: User
) -> None:
    told = json.dumps(collect(ida.person, reader=ops), cls=Encoder, ensure_ascii=False)

    assert left(ida.own, told) == sorted(ida.own)
    assert left(elsewhere.own, told) == left(elsewhere.spoken, told) == []
    assert left(beside.own, told) == []


def test_every_column_with_words_is_marked_or_on_the_list_with_why(ida: World) -> None:
    listed = {name for name, why in NOTHING_PERSONAL.items() if len(why) > 10}
    known = {
        f"{model._meta.label_lower}.{one.name}"
        for model in tables()
        for one in model._meta.concrete_fields
        if isinstance(one, KINDS)
    }

    assert listed - known == set()
    assert {name for name, why in TABLES.items() if len(why) > 10} == set(TABLES)
    marked = ida.own.keys() | ida.spoken.keys()
    wanted = {f"{model._meta.label_lower}.{one.name}" for model in tables() for one in columns(model)}
    assert wanted - marked == {"customers.stakeholder.name", "customers.stakeholder.email", "renewals.override.subject"}


def test_apps_that_are_left_alone_are_named() -> None:
    assert set(APPS) == LEFT_ALONE


def test_column_that_nothing_takes_out_is_found(ida: World, ops: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reaction, "of_person", OfPerson(by=("reply",)))

    erase_contact(ida.person, now=NOW, by=ops)

    # The hold was found by way of the reaction.
    assert left(ida.own, read_everything()) == ["customers.hold.reason", "outreach.reaction.reason"]


@pytest.mark.django_db(transaction=True)
def test_file_of_the_database_keeps_no_old_page(ops: User) -> None:
    """What was overwritten would else lie in the file's free pages, and in its log."""
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not path.is_file():
        pytest.skip("only a file of SQLite")
    person = factories.StakeholderFactory.create(name=NAME, email=ADDRESS, history=f"{MARK} " * 500)
    factories.ReplyFactory.create(customer=person.customer, stakeholder=person, from_email=ADDRESS, text=MARK)
    assert MARK.encode() in _bytes_of(path)

    erase_contact(person, now=NOW, by=ops)

    assert MARK.encode() not in _bytes_of(path)
    assert ADDRESS.encode() not in _bytes_of(path)


def _bytes_of(path: Path) -> bytes:
    log = path.with_name(f"{path.name}-wal")
    return path.read_bytes() + (log.read_bytes() if log.exists() else b"")
