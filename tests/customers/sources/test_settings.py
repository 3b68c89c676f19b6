"""The settings of sources: for ops alone, their secret never shown; what the pulls brought stands there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction
from pytest_httpserver import HTTPServer

from customers.enums import PullState
from customers.models import Activity, Customer, UsagePull, UsageSample, UsageSource, User
from customers.rules.source_mapping import read_mapping
from customers.services import pulling
from customers.services.keys import rotate_keys
from customers.services.sources import ask_now
from customers.services.workspace import NotOps
from tests.customers.sources.conftest import MAPPING, PAGE, SECRET, answer, in_as, item, last, typed

pytestmark = pytest.mark.django_db


def test_ops_enter_a_source_and_its_secret_is_never_shown(ops: User, now: datetime) -> None:
    client = in_as(ops)

    answered = client.post(f"{PAGE}/new", typed(secret="a long enough secret"))

    made = UsageSource.objects.get()
    assert answered.status_code == 302
    assert (made.next_due_at, made.mapping) == (now, read_mapping(MAPPING))
    assert "a long enough secret" not in made.sealed_secret
    pages = [client.get(url).content.decode() for url in (PAGE, f"{PAGE}/{made.pk}", "/admin/customers/usagesource/")]
    pages.append(client.get(f"/admin/customers/usagesource/{made.pk}/change/").content.decode())
    assert not any("a long enough secret" in page or made.sealed_secret in page for page in pages)
    assert "a long enough secret" not in str(list(Activity.objects.values()))


def test_empty_secret_keeps_the_old_one(source: UsageSource, ops: User) -> None:
    in_as(ops).post(f"{PAGE}/{source.pk}", typed(source, items_path="rows"))

    changed = UsageSource.objects.get()
    assert (changed.items_path, changed.sealed_secret, changed.version) == ("rows", source.sealed_secret, 2)
    assert Activity.objects.get(verb="source.saved").data["changes"] == {"items_path": ["data", "rows"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "ftp"}, "kind"),
        ({"secret": "short"}, "secret"),
        ({"secret": ""}, "secret"),
        ({"mapping": "account = a"}, "mapping"),
        ({"mapping": ""}, "mapping"),
        ({"kind": "salesforce", "secret": ""}, "sobject"),
    ],
)
def test_bad_source_is_named_beside_its_field(ops: User, changes: dict[str, Any], field: str) -> None:
    words = in_as(ops).post(f"{PAGE}/new", typed(**{"secret": "a long enough secret", **changes})).content.decode()

    assert f'id="id_{field}_error"' in words
    assert "a long enough secret" not in words
    assert not UsageSource.objects.exists()


def test_two_sources_of_one_name_and_a_stale_form_are_refused(source: UsageSource, ops: User) -> None:
    client, stale = in_as(ops), typed(source, items_path="b")
    twice = client.post(f"{PAGE}/new", typed(secret="a long enough secret")).content.decode()
    client.post(f"{PAGE}/{source.pk}", typed(source, items_path="a"))

    assert 'id="id_name_error"' in twice
    assert "Somebody changed the settings meanwhile" in client.post(f"{PAGE}/{source.pk}", stale).content.decode()
    assert UsageSource.objects.get().items_path == "a"


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_sources_are_for_ops(source: UsageSource, role: str, now: datetime, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    client = in_as(person)

    for path in (PAGE, f"{PAGE}/new", f"{PAGE}/{source.pk}", f"{PAGE}/{source.pk}/remove"):
        assert client.get(path).status_code == 403
    assert client.post(f"{PAGE}/{source.pk}/pull").status_code == 403
    assert "Usage sources" not in client.get("/settings").content.decode()
    assert list(UsageSource.objects.visible_to(person)) == []
    with pytest.raises(NotOps):
        ask_now(source, now=now, by=person)


def test_it_is_asked_by_hand_and_the_result_stands_on_the_page(
    httpserver: HTTPServer, source: UsageSource, account: Customer, ops: User, now: datetime
) -> None:
    UsageSource.objects.update(next_due_at=now + timedelta(hours=9))
    answer(httpserver, item(), item(used="<script>"))
    client = in_as(ops)

    client.post(f"{PAGE}/{source.pk}/pull")
    pulling.sweep(now)

    words = client.get(f"{PAGE}/{source.pk}").content.decode()
    assert "2 rows of 1 accounts. 1 left out." in words and "is no number" in words
    assert Activity.objects.filter(verb="source.asked", actor=ops).exists()


def test_removed_source_leaves_what_it_brought(
    httpserver: HTTPServer, source: UsageSource, account: Customer, ops: User, now: datetime
) -> None:
    answer(httpserver, item())
    pulling.sweep(now)
    client = in_as(ops)

    assert client.get(f"{PAGE}/{source.pk}/remove").status_code == 200
    client.post(f"{PAGE}/{source.pk}/remove")

    assert (UsageSource.objects.count(), UsagePull.objects.count(), UsageSample.objects.count()) == (0, 0, 1)
    assert Activity.objects.filter(verb="source.removed").exists()


def test_keys_are_rotated_with_all_others(source: UsageSource, ops: User, now: datetime, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    UsageSource.objects.create(name="CRM", kind="salesforce", sobject="Account", mapping={"account": "Id"})

    rotate_keys(now=now, by=ops)

    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert pulling.sealer().decrypt(UsageSource.objects.get(name="Meter").sealed_secret) == SECRET.encode()


def test_secret_that_no_key_opens_is_said(source: UsageSource, now: datetime, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    pulling.sweep(now)

    assert last().note == "FIELD_KEYS cannot open its secret: enter it again."


@pytest.mark.parametrize(
    "values",
    [{"url": ""}, {"sealed_secret": ""}, {"kind": "salesforce", "sobject": ""}],
)
def test_database_keeps_sources_whole(source: UsageSource, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageSource.objects.update(**values)


def test_latest_pull_names_all_that_was_left_out_and_earlier_ones_the_first_three(
    source: UsageSource, ops: User, now: datetime
) -> None:
    for days, word in ((0, "latest"), (1, "earlier")):
        at = now - timedelta(days=days)
        UsagePull.objects.create(
            source=source, state=PullState.DONE, started_at=at, leased_until=at, finished_at=at, refused_count=5,
            refused=[{"row": n, "account": "", "reason": f"{word} {n}"} for n in range(5)],
        )  # fmt: skip

    words = in_as(ops).get(f"{PAGE}/{source.pk}").content.decode()

    assert [f"latest {n}" in words for n in range(5)] == [True] * 5
    assert [f"earlier {n}" in words for n in range(5)] == [True, True, True, False, False]
    assert words.count("of the others stands with the latest") == 1
