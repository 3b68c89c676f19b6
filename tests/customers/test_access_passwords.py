"""A forgotten password: who gets a link, what the link can do, and what nobody can learn from asking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client

from config.celery import app
from customers.models import Activity, User
from customers.services.password_resets import request_reset_link, send_reset_link
from customers.services.users import disable_user, enable_user
from tests.conftest import NOW

ASK = "/password/forgotten"
NEW = "another fine password"


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def worker() -> Iterator[None]:
    """Let a rung doorbell be answered at once, as the worker does."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def link_to(person: User) -> str:
    """Have the link mailed and give its path."""
    send_reset_link(person)
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def choose(client: Client, path: str, password: str = NEW, again: str | None = None) -> int:
    """Follow the link as a browser does, choose the password, and give the last status."""
    page = client.get(path, follow=True)
    where = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(where, {"new_password1": password, "new_password2": again or password}).status_code


def test_asking_mails_a_link_that_works(client: Client, csm: User, worker: None) -> None:
    response = client.post(ASK, {"email": "DANA@evergreen.example"})

    assert response["Location"] == "/password/sent"
    assert [message.to for message in mail.outbox] == [["dana@evergreen.example"]]
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert found is not None
    assert choose(client, found[1]) == 302
    csm.refresh_from_db()
    assert csm.check_password(NEW)
    assert Activity.objects.filter(verb="user.password_reset", actor=csm).count() == 1


def test_the_link_stands_under_the_public_address_not_the_claimed_host(
    csm: User, worker: None, settings: object
) -> None:
    settings.PUBLIC_URL = "https://desk.example"  # type: ignore[attr-defined]

    Client(headers={"host": "evil.example"}).post(ASK, {"email": csm.email})

    assert "https://desk.example/password/choose/" in str(mail.outbox[0].body)
    assert "evil" not in str(mail.outbox[0].body)


@pytest.mark.parametrize("who", ["nobody", "disabled", "named", ""])
def test_asking_tells_nothing_about_who_is_here(client: Client, csm: User, worker: None, who: str) -> None:
    User.objects.create_user("disabled", "disabled@evergreen.example", "x", is_active=False)
    named = User(username="named", email="named@evergreen.example", is_active=False)
    named.set_unusable_password()
    named.save()
    known = client.post(ASK, {"email": csm.email})
    mail.outbox.clear()

    response = client.post(ASK, {"email": f"{who or 'x'}@evergreen.example"})

    assert (response.status_code, response["Location"]) == (known.status_code, known["Location"])
    assert mail.outbox == []


def test_asking_does_not_look_anybody_up(client: Client, csm: User, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.post(ASK, {"email": csm.email})
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.post(ASK, {"email": "nobody@evergreen.example"})


def test_asking_again_at_once_mails_once(csm: User) -> None:
    for _ in range(3):
        request_reset_link(csm.email)

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("email", ["", "no address", "a@b@c", "x" * 300 + "@acme.example", "a\0@acme.example"])
def test_asking_with_no_address_says_so_beside_the_field(client: Client, db: None, email: str) -> None:
    response = client.post(ASK, {"email": email})

    assert response.status_code == 200
    assert 'id="id_email_error"' in response.content.decode()


def test_a_link_works_once(client: Client, csm: User) -> None:
    path = link_to(csm)
    choose(client, path)

    later = Client().get(path)

    assert later.status_code == 200
    assert "This link does not work" in later.content.decode()


def test_a_link_lives_for_an_hour(csm: User) -> None:
    with time_machine.travel(NOW, tick=False):
        path = link_to(csm)
    with time_machine.travel(NOW + timedelta(minutes=59), tick=False):
        assert Client().get(path).status_code == 302
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        assert "This link does not work" in Client().get(path).content.decode()


def test_a_link_dies_when_the_person_is_disabled_even_if_enabled_again(csm: User, ops: User) -> None:
    path = link_to(csm)

    disable_user(csm, now=NOW, by=ops)
    assert "This link does not work" in Client().get(path).content.decode()
    enable_user(csm, now=NOW, by=ops)
    assert "This link does not work" in Client().get(path).content.decode()


def test_a_link_dies_when_a_sibling_was_used(client: Client, csm: User) -> None:
    first, second = link_to(csm), link_to(csm)

    choose(client, second)

    assert "This link does not work" in Client().get(first).content.decode()


@pytest.mark.parametrize(
    "path", ["/password/choose/xx/yy-zz", "/password/choose/%00/x", "/password/choose/MQ/set-password"]
)
def test_a_tampered_link_does_not_work(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert "This link does not work" in response.content.decode()


def test_the_link_of_one_person_changes_no_other(csm: User, lead: User) -> None:
    path = link_to(csm)
    key = link_to(lead).split("/")[3]
    token = path.split("/")[4]

    response = Client().get(f"/password/choose/{key}/{token}")

    assert "This link does not work" in response.content.decode()


@pytest.mark.parametrize(
    "password, again, words",
    [
        ("short", "short", "too short"),
        ("1234567890123", "1234567890123", "numeric"),
        ("password123", "password123", "common"),
        ("dana-whitfield", "dana-whitfield", "similar"),
        (NEW, "something else", "match"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_beside_the_field(
    client: Client, csm: User, password: str, again: str, words: str
) -> None:
    User.objects.filter(pk=csm.pk).update(username="dana-whitfield")
    page = client.get(link_to(csm), follow=True)

    response = client.post(page.redirect_chain[-1][0], {"new_password1": password, "new_password2": again})

    assert response.status_code == 200
    assert words in response.content.decode()
    csm.refresh_from_db()
    assert csm.check_password("correct horse battery")


def test_the_own_password_needs_the_old_one(client: Client, csm: User) -> None:
    client.force_login(csm)

    response = client.post(
        "/settings/profile/password", {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    )

    assert response.status_code == 200
    assert 'id="id_old_password_error"' in response.content.decode()
    csm.refresh_from_db()
    assert not csm.check_password(NEW)


def test_a_reset_opens_a_locked_name(client: Client, csm: User, settings: object) -> None:
    settings.AXES_ENABLED = True  # type: ignore[attr-defined]
    settings.AXES_FAILURE_LIMIT = 2  # type: ignore[attr-defined]
    for _ in range(2):
        client.post("/sign-in", {"username": "dana", "password": "wrong"})

    choose(client, link_to(csm))

    assert client.post("/sign-in", {"username": "dana", "password": NEW}).status_code == 302
