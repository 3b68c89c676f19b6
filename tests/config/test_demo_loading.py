"""Loading the demo and taking it out without a trace of it; nothing of one's own is touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from config.demo.book import build_files, read_data
from config.demo.clearing import clear_demo
from config.demo.colleagues import COLLEAGUES, NameTaken, log_in_lines
from config.demo.loading import is_loaded, load_demo
from customers.models import Contract, Customer, ImportChange, Stakeholder, Team, User
from emails.models import CapturedMail, Draft
from outreach.models import Offer
from renewals.models import Renewal
from tests import factories

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
OWN = (Customer, Stakeholder, Contract, User, Team, Draft, CapturedMail, Renewal, ImportChange)


@pytest.fixture(autouse=True)
def _clock_stands() -> Iterator[None]:
    """What hears of news reads the clock itself."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def rows() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in OWN}


def test_clearing_takes_the_demo_out_and_leaves_what_is_ones_own(db, _fast_passwords):
    factories.StakeholderFactory.create()
    own_price = Offer.objects.create(name="Enterprise", position=9)
    before = rows()
    load_demo(now=NOW)

    cleared = clear_demo(now=NOW)

    assert (cleared.accounts, cleared.people, cleared.stayed) == (40, len(COLLEAGUES), ())
    assert rows() == before
    assert list(Offer.objects.all()) == [own_price]
    assert not is_loaded()
    assert log_in_lines() == []


def test_demo_never_takes_over_somebody_elses_name(db, _fast_passwords):
    factories.UserFactory.create(username="dana", email="dana@real.example")

    with pytest.raises(NameTaken):
        load_demo(now=NOW)
    assert rows()["User"] == 1


def test_demo_that_fails_midway_leaves_nothing(db, _fast_passwords, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr("config.demo.loading._hold_meetings", fail)

    with pytest.raises(RuntimeError):
        load_demo(now=NOW)
    assert (Customer.objects.count(), User.objects.count(), is_loaded()) == (0, 0, False)


def test_commands_load_once_and_clear(db, _fast_passwords):
    out = StringIO()
    call_command("load_demo", stdout=out)
    call_command("load_demo", stdout=out)
    call_command("clear_demo", stdout=out)
    call_command("clear_demo", stdout=out)

    text = out.getvalue()
    assert text.count("Loaded the demo: 40 accounts.") == 1
    assert "loaded already" in text
    assert f"Taken out: 40 accounts and {len(COLLEAGUES)} people" in text
    assert text.endswith("There is no demo here.\n")


def test_command_names_who_is_in_the_way(db, _fast_passwords):
    factories.UserFactory.create(username="liam")

    with pytest.raises(CommandError, match="liam"):
        call_command("load_demo", stdout=StringIO())


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 12, 31), date(2028, 2, 29)])
def test_files_are_built_on_any_day(day):
    files = build_files(datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC))

    assert len(files) == 5
    assert len(files[0].data.decode().splitlines()) == len(read_data("accounts")) + 1
