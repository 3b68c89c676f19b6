"""The page of another channel: three ways, their wording, and a draft by a click."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import Todo, User
from emails.enums import Purpose, Theme
from emails.models import Draft
from tests.api.conftest import Caller, error_of, key_of
from tests.outreach.conftest import START, PlayTo, Send

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def todo(letters: list[Draft], send_letter: Send, play_to: PlayTo) -> Todo:
    send_letter(letters[1])
    play_to(START + WEEK)
    return Todo.objects.get(kind="other_channel")


@pytest.fixture
def page(client: Client, csm: User) -> Any:
    client.force_login(csm)
    with time_machine.travel(START + WEEK):
        yield client


def test_page_shows_all_three_ways_with_wording(page: Client, todo: Todo) -> None:
    text = page.get(reverse("outreach:channels", args=[todo.pk])).content.decode()

    for words in ("Call Bob Marsh", "Ask Ada Byrne for a word with Bob Marsh", "write to Bob Marsh"):
        assert words in text
    assert "The champion speaks with the decision maker anyway." in text
    assert "Could I ask you for a favour?" in text


@pytest.mark.parametrize(("channel", "theme"), [("nudge", Theme.NUDGE), ("introduction", Theme.INTRODUCTION)])
def test_mail_of_a_way_is_written_once(page: Client, todo: Todo, channel: str, theme: Theme) -> None:
    url = reverse("outreach:channel_write", args=[todo.pk])

    first = page.post(url, {"channel": channel})
    second = page.post(url, {"channel": channel})

    draft = Draft.objects.get(purpose=Purpose.FOLLOW_UP, brief__letter__theme=theme)
    assert first["Location"] == second["Location"] == reverse("emails:draft", args=[draft.pk])


def test_call_has_no_mail(page: Client, todo: Todo) -> None:
    answer = page.post(reverse("outreach:channel_write", args=[todo.pk]), {"channel": "call"}, follow=True)

    assert "Nobody is there who could write or speak for you." in answer.content.decode()
    assert page.post(reverse("outreach:channel_write", args=[todo.pk]), {"channel": "fax"}).status_code == 404


def test_page_of_another_team_is_not_there(client: Client, todo: Todo, stranger: User) -> None:
    client.force_login(stranger)

    assert client.get(reverse("outreach:channels", args=[todo.pk])).status_code == 404


def test_account_page_leads_to_it(page: Client, todo: Todo) -> None:
    text = page.get(reverse("customers:account", args=[todo.customer_id])).content.decode()

    assert reverse("outreach:channels", args=[todo.pk]) in text


def test_by_api_the_ways_are_read_and_a_mail_is_written_once(todo: Todo, csm: User) -> None:
    with time_machine.travel(START + WEEK):
        api, path = Caller(key_of(csm)), f"/api/todos/{todo.pk}/channel"

        shown = api.get(path).json()
        first, second = api.post(path, {"channel": "nudge"}), api.post(path, {"channel": "nudge"})
        call, fax = api.post(path, {"channel": "call"}), api.post(path, {"channel": "fax"})
        drafts = api.get(path).json()["drafts"]

    assert sorted(row["channel"] for row in shown["options"]) == ["call", "introduction", "nudge"]
    assert shown["drafts"] == {}
    assert (first.status_code, first.json()["id"]) == (200, second.json()["id"])
    assert drafts == {"nudge": first.json()["id"]}
    assert (call.status_code, error_of(call)["code"]) == (409, "channel_closed")
    assert list(error_of(fax)["fields"]) == ["channel"]
