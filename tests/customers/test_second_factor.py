"""Signing in in two steps: what lets in, what does not, and what is left when the app is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pyotp
import pytest
import time_machine
from axes.models import AccessAttempt
from axes.utils import reset as forget_attempts
from cryptography.fernet import Fernet
from django.test import Client

from customers.models import Activity, SecondFactor, User, WorkspaceSettings
from customers.rules.second_factor import STEP_S, find_step
from customers.services.keys import rotate_keys
from customers.services.second_factors import WrongCode, begin, check_code, confirm, turn_off
from customers.services.users import set_password
from tests.racing import at_once

PASSWORD = "correct horse battery"
PAGE, CODE, SET_UP = "/settings/profile", "/sign-in/code", "/settings/profile/two-steps"
AT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> Iterator[None]:
    forget_attempts()
    yield
    forget_attempts()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(AT, tick=False) as moved:
        yield moved


def app_code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def with_two_steps(person: User) -> tuple[str, list[str]]:
    """The app's secret and the recovery codes, set up two minutes ago."""
    secret = begin(person)
    before = AT - timedelta(minutes=2)
    return secret, confirm(person, app_code(secret, before), now=before)


def give_password(client: Client, **data: Any) -> Any:
    return client.post("/sign-in", {"username": "dana", "password": PASSWORD, **data})


def is_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


@pytest.mark.parametrize(("steps_off", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_counts_one_step_either_way(steps_off: int, fits: bool) -> None:
    secret = pyotp.random_base32()
    code = app_code(secret, AT + timedelta(seconds=STEP_S * steps_off))

    assert (find_step(secret, code, at=AT, after=0) is not None) is fits


@pytest.mark.parametrize("typed", ["", "abc", "１２３４５６", "12345", "-12345", "0x1234"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert find_step(pyotp.random_base32(), typed, at=AT, after=0) is None


def test_password_alone_lets_nobody_in(client: Client, csm: User, clock: Any) -> None:
    with_two_steps(csm)

    answer = give_password(client)

    assert answer["Location"] == CODE
    assert not is_in(client)
    assert client.get("/api/customers").status_code in (401, 403)


def test_code_lets_in_once_and_leads_where_one_wanted(client: Client, csm: User, clock: Any) -> None:
    secret, _ = with_two_steps(csm)
    code = app_code(secret, AT)

    give_password(client, next="/approvals")
    answer = client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})

    assert answer["Location"] == "/approvals"
    assert is_in(client)
    other = Client()
    give_password(other)
    assert "was used" in other.post(CODE, {"code": code}).content.decode() or not is_in(other)
    assert not is_in(other)


def test_foreign_address_is_not_followed(client: Client, csm: User, clock: Any) -> None:
    secret, _ = with_two_steps(csm)

    give_password(client, next="https://evil.example/")

    assert client.post(CODE, {"code": app_code(secret, AT)})["Location"] == "/today"


def test_recovery_code_lets_in_once(client: Client, csm: User, clock: Any) -> None:
    _, codes = with_two_steps(csm)
    give_password(client)

    client.post(CODE, {"code": codes[3].lower()})

    assert is_in(client)
    assert len(SecondFactor.objects.get(user=csm).recovery) == len(codes) - 1
    other = Client()
    give_password(other)
    other.post(CODE, {"code": codes[3]})
    assert not is_in(other)
    assert Activity.objects.filter(verb="user.recovery_used", actor=csm).count() == 1


def test_too_many_wrong_codes_lock_as_wrong_passwords_do(client: Client, csm: User, clock: Any, settings: Any) -> None:
    settings.AXES_ENABLED = True
    secret, _ = with_two_steps(csm)
    give_password(client)

    answers = [client.post(CODE, {"code": "000000"}).status_code for _ in range(8)]

    assert answers[-1] == 429
    assert client.post(CODE, {"code": app_code(secret, AT)}).status_code == 429
    assert not is_in(client)
    assert "000000" not in AccessAttempt.objects.get().post_data


def test_question_ends_after_five_minutes_and_with_a_new_password(client: Client, csm: User, clock: Any) -> None:
    secret, _ = with_two_steps(csm)
    give_password(client)
    clock.shift(timedelta(minutes=5, seconds=1))
    late = client.post(CODE, {"code": app_code(secret, AT + timedelta(minutes=5, seconds=1))})
    assert late["Location"] == "/sign-in"

    give_password(client)
    set_password(csm, "another good password", now=AT, how="changed")
    changed = client.post(CODE, {"code": app_code(secret, AT + timedelta(minutes=5, seconds=1))})

    assert changed["Location"] == "/sign-in"
    assert not is_in(client)


def test_page_turns_it_on_and_off_and_shows_codes_once(client: Client, csm: User, clock: Any) -> None:
    give_password(client)
    other = Client()
    give_password(other)
    page = client.get(SET_UP)
    secret = page.context["secret"]
    assert "viewBox" in page.context["picture"]  # or it is cut off where it is drawn smaller

    wrong = client.post(SET_UP, {"act": "confirm", "code": "000000"})
    assert "not the code" in wrong.content.decode()
    on = client.post(SET_UP, {"act": "confirm", "code": app_code(secret, AT)})

    codes = on.context["codes"]
    assert len(codes) == 10
    assert is_in(client)
    assert not is_in(other)
    again = client.get(SET_UP).content.decode()
    assert not any(code in again for code in codes)
    assert secret not in again

    assert "not your password" in client.post(SET_UP, {"act": "off", "password": "guess"}).content.decode()
    assert SecondFactor.objects.filter(user=csm).exists()
    client.post(SET_UP, {"act": "off", "password": PASSWORD})
    assert not SecondFactor.objects.filter(user=csm).exists()
    assert is_in(client)


def test_workspace_that_asks_leads_shows_them_nothing_else_before(client: Client, lead: User, clock: Any) -> None:
    lead.set_password(PASSWORD)
    lead.save()
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"leaders_two_steps": True})
    client.post("/sign-in", {"username": lead.username, "password": PASSWORD})

    assert client.get("/approvals")["Location"] == SET_UP
    assert client.get("/api/customers").status_code == 403
    secret = client.get(SET_UP).context["secret"]
    client.post(SET_UP, {"act": "confirm", "code": app_code(secret, AT)})

    assert client.get("/approvals").status_code == 200


def test_workspace_that_asks_leads_leaves_others_alone(client: Client, csm: User, clock: Any) -> None:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"leaders_two_steps": True})

    give_password(client)

    assert is_in(client)


def test_only_ops_take_away_anothers(client: Client, csm: User, lead: User, ops: User) -> None:
    with_two_steps(csm)
    path = f"/settings/people/{csm.pk}/one-step"
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(path).status_code == 403
    with pytest.raises(PermissionError):
        turn_off(csm, now=AT, by=lead)

    client.force_login(ops, backend="django.contrib.auth.backends.ModelBackend")
    client.post(path)

    assert not SecondFactor.objects.filter(user=csm).exists()
    line = Activity.objects.get(verb="user.two_steps_off")
    assert line.actor == ops


def test_secret_is_sealed_and_goes_along_when_keys_change(csm: User, ops: User, settings: Any) -> None:
    secret, _ = with_two_steps(csm)
    assert secret not in SecondFactor.objects.get(user=csm).sealed_secret
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    rotate_keys(now=AT, by=ops)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    check_code(csm, app_code(secret, AT), now=AT)


@pytest.mark.django_db(transaction=True)
def test_one_code_is_taken_once_however_many_ask_at_once(csm: User) -> None:
    secret, codes = with_two_steps(csm)
    for code in (app_code(secret, AT), codes[0]):
        answers = at_once(*[partial(check_code, csm, code, now=AT)] * 6)
        assert sum(answer is None for answer in answers) == 1
        assert all(answer is None or isinstance(answer, WrongCode) for answer in answers)
