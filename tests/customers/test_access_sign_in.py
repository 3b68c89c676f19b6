"""The door: who gets in, who is kept out, and what a session survives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axes.utils import reset as forget_attempts
from django.test import Client

from customers.models import Activity, User
from customers.services.users import disable_user, enable_user, set_password
from tests.conftest import NOW

PASSWORD = "correct horse battery"
SIGN_IN = "/sign-in"
PAGE = "/settings/profile"


def sign_in(client: Client, name: str, password: str = PASSWORD, **data: Any) -> Any:
    return client.post(SIGN_IN, {"username": name, "password": password, **data})


def is_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


@pytest.mark.parametrize("name", ["dana", "dana@evergreen.example", "DANA@Evergreen.Example", "  dana  "])
def test_sign_in_by_username_or_address(client: Client, csm: User, name: str) -> None:
    response = sign_in(client, name)

    assert (response.status_code, response["Location"]) == (302, "/today")
    assert is_in(client)


def test_sign_in_is_on_record(client: Client, csm: User) -> None:
    sign_in(client, "dana")
    client.post("/sign-out")

    lines = Activity.objects.filter(actor=csm).order_by("created_at").values_list("verb", flat=True)
    assert list(lines) == ["user.signed_in", "user.signed_out"]


@pytest.mark.parametrize(
    "name, password",
    [
        ("dana", "wrong"),
        ("dana@evergreen.example", "wrong"),
        ("nobody", PASSWORD),
        ("nobody@evergreen.example", PASSWORD),
        ("gone", PASSWORD),
        ("named", PASSWORD),
        ("named", ""),
    ],
)
def test_sign_in_refused_says_the_same_to_everybody(client: Client, csm: User, name: str, password: str) -> None:
    User.objects.create_user("gone", "gone@evergreen.example", PASSWORD, is_active=False)
    named = User(username="named", email="named@evergreen.example", is_active=False)
    named.set_unusable_password()
    named.save()

    response = sign_in(client, name, password)

    words = response.content.decode()
    assert response.status_code == 200
    assert not is_in(client)
    if password:
        assert "This name and password do not go together." in words
    assert f'value="{name}"' in words, "what was typed is kept"
    assert 'value="wrong"' not in words, "the password is not"


def test_sign_in_with_an_address_never_shows_the_username(client: Client, db: None) -> None:
    User.objects.create_user("secret-name", "dana@evergreen.example", PASSWORD)

    response = sign_in(client, "dana@evergreen.example", "wrong")

    assert "secret-name" not in response.content.decode()


def test_sign_in_with_an_address_is_its_owners_though_anothers_username(client: Client, db: None) -> None:
    User.objects.create_user("dana@evergreen.example", "other@evergreen.example", "the other's password")
    owner = User.objects.create_user("dana", "dana@evergreen.example", PASSWORD)

    sign_in(client, "dana@evergreen.example")

    assert client.session["_auth_user_id"] == str(owner.pk)


@pytest.mark.parametrize("bad", ["da\0na", "x" * 5000, "\ud800", "' OR 1=1 --", "<script>"])
def test_sign_in_with_garbage_is_refused_not_broken(client: Client, csm: User, bad: str) -> None:
    body = f"username={bad}&password=x".encode("utf-8", "surrogatepass")

    response = client.generic("POST", SIGN_IN, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace("<script src", "")


@pytest.mark.parametrize(
    "to, lands",
    [
        ("/settings", "/settings"),
        ("https://evil.example/", "/today"),
        ("//evil.example/", "/today"),
        ("///evil.example", "/today"),
        ("/\\evil.example", "/today"),
        ("http:evil.example", "/today"),
        ("javascript:alert(1)", "/today"),
        ("\thttps://evil.example", "/today"),
    ],
)
@pytest.mark.parametrize("place", ["query", "body"])
def test_next_leads_to_our_own_pages_only(client: Client, csm: User, to: str, lands: str, place: str) -> None:
    data = {"username": "dana", "password": PASSWORD}

    if place == "query":
        response = client.post(SIGN_IN, data, query_params={"next": to})
    else:
        response = client.post(SIGN_IN, {**data, "next": to})

    assert response["Location"] == lands


def test_next_leads_only_home_when_signed_in_already(client: Client, csm: User) -> None:
    client.force_login(csm)

    assert client.get(SIGN_IN, {"next": "https://evil.example/"})["Location"] == "/today"
    assert client.get(SIGN_IN, {"next": "/settings"})["Location"] == "/settings"


def test_sign_in_changes_the_session_key(client: Client, csm: User) -> None:
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key

    sign_in(client, "dana")

    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_sign_in_over_another_persons_session_keeps_nothing_of_it(client: Client, csm: User, lead: User) -> None:
    client.force_login(lead)
    session = client.session
    session["theirs"] = "secret"
    session.save()

    client.get("/sign-in")
    client.post("/sign-out")
    sign_in(client, "dana")

    assert "theirs" not in client.session


def test_sign_out_needs_a_post_and_ends_the_session(client: Client, csm: User) -> None:
    client.force_login(csm)
    key = client.session.session_key

    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out")["Location"] == "/sign-in"

    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(client)
    assert not is_in(thief)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/password/forgotten", "/settings", "/settings/tokens"])
def test_a_post_without_the_csrf_token_is_refused(csm: User, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    if path.startswith("/settings") or path == "/sign-out":
        strict.force_login(csm)

    response = strict.post(path, {"username": "dana", "password": PASSWORD, "email": csm.email})

    assert response.status_code == 403
    assert "Nothing was done" in response.content.decode()


def test_a_disabled_persons_sessions_die_and_stay_dead(client: Client, csm: User, ops: User) -> None:
    client.force_login(csm)
    assert is_in(client)

    disable_user(csm, now=NOW, by=ops)
    assert not is_in(client)

    enable_user(csm, now=NOW, by=ops)
    assert not is_in(client), "an old session does not come back with the access"
    sign_in(client, "dana")
    assert is_in(client)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client: Client, csm: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(csm)
    client.force_login(csm)

    response = client.post(
        "/settings/profile/password",
        {"old_password": PASSWORD, "new_password1": "another fine password", "new_password2": "another fine password"},
    )

    assert response.status_code == 302
    assert is_in(client)
    assert not is_in(elsewhere)


def test_a_reset_password_ends_every_session(client: Client, csm: User) -> None:
    client.force_login(csm)

    set_password(csm, "another fine password", now=NOW, how="reset")

    assert not is_in(client)


@pytest.fixture
def lock(settings: Any) -> Iterator[None]:
    """Count wrong passwords, as outside the suite."""
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    forget_attempts()
    yield
    forget_attempts()


def test_too_many_wrong_passwords_lock_the_name_for_a_while(client: Client, csm: User, lock: None) -> None:
    for _ in range(2):
        assert sign_in(client, "dana", "wrong").status_code == 200

    locked = sign_in(client, "dana", "wrong")

    words = locked.content.decode()
    assert locked.status_code == 429
    assert "Locked for a while" in words
    assert "15 minutes" in words
    assert sign_in(client, "dana").status_code == 429, "the right password does not help now"
    assert not is_in(client)
    assert Activity.objects.filter(verb="user.locked", subject_id=csm.pk).exists()


def test_address_and_username_count_as_one_name(client: Client, csm: User, lock: None) -> None:
    sign_in(client, "dana", "wrong")
    sign_in(client, "dana@evergreen.example", "wrong")

    locked = sign_in(client, "DANA@evergreen.example", "wrong")

    assert locked.status_code == 429
    assert "dana" not in locked.content.decode().lower()


def test_an_unknown_name_is_locked_alike(client: Client, db: None, lock: None) -> None:
    answers = [sign_in(client, "nobody@evergreen.example", "wrong").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_a_lock_keeps_nobody_else_out(client: Client, csm: User, lead: User, lock: None) -> None:
    for _ in range(3):
        sign_in(client, "dana", "wrong")

    sign_in(client, "liam")

    assert is_in(client)


def test_attempts_kept_for_ops_hold_no_password(client: Client, csm: User, lock: None) -> None:
    from axes.models import AccessAttempt

    sign_in(client, "dana", "almost-my-password")

    kept = AccessAttempt.objects.get()
    assert "almost-my-password" not in f"{kept.post_data}{kept.get_data}{kept.path_info}"
