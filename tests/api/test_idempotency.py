"""Idempotency-Key: carried out once, answered the same each time, also when two calls race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from customers.models import Customer, IdempotentCall, User
from customers.services import calls
from customers.services.calls import GIVEN_UP_AFTER, REMEMBERED_FOR, Standing, begin_call, finish_call, sweep_calls
from customers.services.kept_answers import open_answer
from tests import factories
from tests.api.conftest import Caller, error_of, key_of

KEY = {"Idempotency_Key": "order-1"}


@pytest.fixture(autouse=True)
def _nobody_waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "wait" not in request.node.name:
        monkeypatch.setattr("config.api.idempotency.WAITED_FOR_S", 0.0)


def test_repeat_gets_the_same_answer_and_does_nothing_again(api: Caller) -> None:
    first = api.post("/api/customers", {"name": "Fresh"}, **KEY)
    again = api.post("/api/customers/", {"name": "Fresh"}, **KEY)

    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_kept_answer_is_sealed(api: Caller) -> None:
    first = api.post("/api/customers", {"name": "Fresh"}, **KEY)
    kept = IdempotentCall.objects.get()

    assert b"Fresh" in first.content
    assert b"Fresh" not in bytes(kept.body)
    assert open_answer(kept) == first.content


def test_answer_kept_before_answers_were_sealed_is_given_as_it_lies(api: Caller) -> None:
    first = api.post("/api/customers", {"name": "Fresh"}, **KEY)
    IdempotentCall.objects.update(body=first.content)

    assert api.post("/api/customers", {"name": "Fresh"}, **KEY).content == first.content


def test_without_a_key_a_repeat_is_a_second_call(api: Caller) -> None:
    api.post("/api/customers", {"name": "Fresh"})
    api.post("/api/customers", {"name": "Fresh"})

    assert Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("post", "/api/customers", {"name": "Other"}),
        ("post", "/api/engage/pricing", {"name": "Fresh"}),
        ("patch", "/api/customers", {"name": "Fresh"}),
        ("post", "/api/customers?dry=1", {"name": "Fresh"}),
    ],
)
def test_same_key_with_another_request_is_422(api: Caller, method: str, address: str, body: dict[str, Any]) -> None:
    api.post("/api/customers", {"name": "Fresh"}, **KEY)

    response = api(method, address, body, **KEY)

    assert response.status_code == 422
    assert error_of(response)["code"] == "idempotency_key_reused"
    assert Customer.objects.count() == 1


def test_refusal_is_remembered_like_any_answer(api: Caller) -> None:
    first = api.post("/api/customers", {"name": ""}, **KEY)
    again = api.post("/api/customers", {"name": ""}, **KEY)

    assert (first.status_code, again.status_code) == (400, 400)
    assert again.content == first.content
    assert "Idempotent-Replayed" in again.headers


def test_refusal_of_the_caller_is_not_remembered(call_as: Callable[..., Caller], csm: User) -> None:
    refused = call_as(csm, ["read"]).post("/api/customers", {"name": "Fresh"}, **KEY)
    allowed = call_as(csm, ["write"]).post("/api/customers", {"name": "Fresh"}, **KEY)

    assert (refused.status_code, allowed.status_code) == (403, 201)


def test_delete_without_a_body_is_remembered(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    address = f"/api/customers/{customer.pk}/stakeholders/{person.pk}"

    first, again = api.delete(address, **KEY), api.delete(address, **KEY)

    assert (first.status_code, again.status_code, again.content) == (204, 204, b"")
    assert api.delete(address).status_code == 404


def test_key_belongs_to_its_person(api: Caller, call_as: Callable[..., Caller], other_csm: User) -> None:
    api.post("/api/customers", {"name": "Fresh"}, **KEY)

    theirs = call_as(other_csm).post("/api/customers", {"name": "Theirs"}, **KEY)

    assert theirs.status_code == 201
    assert Customer.objects.count() == 2


def test_call_without_a_person_is_not_remembered(db: None) -> None:
    assert Caller().post("/api/customers", {"name": "Fresh"}, **KEY).status_code == 401
    assert not IdempotentCall.objects.exists()


def test_crash_is_not_remembered(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    api.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("customers.api.views.create_customer", crash)
        assert api.post("/api/customers", {"name": "Fresh"}, **KEY).status_code == 500

    assert api.post("/api/customers", {"name": "Fresh"}, **KEY).status_code == 201
    assert Customer.objects.count() == 1


def test_call_that_is_still_running_is_409_until_it_is_given_up(api: Caller, csm: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        api.post("/api/customers", {"name": "Fresh"}, **KEY)
        IdempotentCall.objects.update(status=None)  # as if its process had died before the answer

        clock.move_to(start + GIVEN_UP_AFTER)
        running = api.post("/api/customers", {"name": "Fresh"}, **KEY)
        clock.move_to(start + GIVEN_UP_AFTER + timedelta(seconds=1))
        taken = api.post("/api/customers", {"name": "Fresh"}, **KEY)

    assert (running.status_code, error_of(running)["code"]) == (409, "still_running")
    assert running.headers["Retry-After"] == "1"
    assert taken.status_code == 201


def test_key_is_free_again_after_a_day(api: Caller) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        api.post("/api/customers", {"name": "Fresh"}, **KEY)
        clock.move_to(start + REMEMBERED_FOR)
        assert api.post("/api/customers", {"name": "Fresh"}, **KEY).headers["Idempotent-Replayed"]
        clock.move_to(start + REMEMBERED_FOR + timedelta(seconds=1))
        fresh = api.post("/api/customers", {"name": "Fresh"}, **KEY)

    assert "Idempotent-Replayed" not in fresh.headers
    assert Customer.objects.count() == 2


def test_sweep_removes_what_is_older_than_a_day_and_no_more(csm: User) -> None:
    now = timezone.now()
    for hours, key in [(25, "old"), (23, "young")]:
        with time_machine.travel(now - timedelta(hours=hours)):
            begin_call(csm, key=key, digest="d", now=timezone.now())

    assert sweep_calls(now) == 1
    assert [call.key for call in IdempotentCall.objects.all()] == ["young"]


@pytest.mark.parametrize("key", ["", "x" * 201, "käse", "a\tb"])
def test_key_that_is_none_is_400(api: Caller, key: str) -> None:
    response = api.post("/api/customers", {"name": "Fresh"}, Idempotency_Key=key)

    assert response.status_code == 400
    error_of(response)
    assert not Customer.objects.exists()


def test_repeat_of_an_upload_counts_as_the_same_whatever_its_boundary(api: Caller) -> None:
    def upload(content: bytes, boundary: str) -> HttpResponse:
        lines = [
            f"--{boundary}",
            'Content-Disposition: form-data; name="file"; filename="book.csv"',
            "",
            content.decode(),
            f"--{boundary}--",
            "",
        ]
        return api.client.generic(
            "POST",
            "/api/customers",
            "\r\n".join(lines).encode(),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={**api.headers, "Idempotency-Key": "upload"},
        )

    first, again, other = upload(b"a", "one"), upload(b"a", "two"), upload(b"b", "three")

    assert (first.status_code, again.status_code, other.status_code) == (415, 415, 422)
    assert again.content == first.content


def test_two_that_take_over_a_dead_call_have_one_winner(csm: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        dead = begin_call(csm, key="k", digest="d", now=start).call
    later = start + GIVEN_UP_AFTER + timedelta(minutes=1)
    seen = IdempotentCall.objects.get(pk=dead.pk)

    assert calls._take_over(seen, now=later)
    assert not calls._take_over(seen, now=later)


def test_answer_is_kept_as_it_was(csm: User) -> None:
    now = timezone.now()
    call = begin_call(csm, key="k", digest="d", now=now).call
    finish_call(call, status=418, content_type="text/plain", body=b"\x00\xff", now=now)

    repeat = begin_call(csm, key="k", digest="d", now=now)

    assert repeat.standing is Standing.ANSWERED
    assert (repeat.call.status, open_answer(repeat.call)) == (418, b"\x00\xff")


def test_repeat_waits_for_the_answer_of_the_first(api: Caller, monkeypatch: pytest.MonkeyPatch, csm: User) -> None:
    first = api.post("/api/customers", {"name": "Fresh"}, **KEY)
    IdempotentCall.objects.update(status=None)  # as if it were still running

    def answer(_: float) -> None:
        IdempotentCall.objects.update(status=201)

    monkeypatch.setattr("config.api.idempotency.sleep", answer)
    again = api.post("/api/customers", {"name": "Fresh"}, **KEY)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_repeat_that_waits_takes_over_from_a_first_that_failed(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    api.post("/api/customers", {"name": "Fresh"}, **KEY)
    IdempotentCall.objects.update(status=None)

    def fail(_: float) -> None:
        IdempotentCall.objects.all().delete()

    monkeypatch.setattr("config.api.idempotency.sleep", fail)
    again = api.post("/api/customers", {"name": "Fresh"}, **KEY)

    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers
    assert Customer.objects.count() == 2


RACERS = 8


@pytest.mark.django_db(transaction=True)
def test_racing_calls_that_wait_all_get_the_one_answer() -> None:
    csm = factories.UserFactory.create(username="dana")
    key = key_of(csm)
    start = threading.Barrier(RACERS)

    def call(_: int) -> HttpResponse:
        try:
            start.wait()
            return Caller(key).post("/api/customers", {"name": "Fresh"}, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(call, range(RACERS)))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_racing_calls_with_one_key_make_one_account() -> None:
    csm = factories.UserFactory.create(username="dana")
    key = key_of(csm)
    start = threading.Barrier(RACERS)

    def call(_: int) -> HttpResponse:
        try:
            start.wait()
            return Caller(key).post("/api/customers", {"name": "Fresh"}, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(call, range(RACERS)))

    made = [answer.content for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Customer.objects.count() == 1
    assert len(set(made)) == 1


@pytest.mark.django_db(transaction=True)
def test_racing_calls_without_a_key_cannot_share_an_external_id() -> None:
    csm = factories.UserFactory.create(username="dana")
    key = key_of(csm)
    start = threading.Barrier(RACERS)

    def call(_: int) -> int:
        try:
            start.wait()
            return Caller(key).post("/api/customers", {"name": "Fresh", "externalId": "001"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(call, range(RACERS)))

    assert sorted(set(answers) - {400, 409}) == [201]
    assert answers.count(201) == Customer.objects.count() == 1
