"""The pages of programmes in the admin."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Activity, User
from journeys import admin_rollouts
from journeys.models import (
    Journey,
    Programme,
    ProgrammeVersion,
    RolloutRun,
    VersionChoice,
)
from journeys.services.rollout_runs import work_rollouts
from tests import factories
from tests.journeys.ground import begin
from tests.journeys.programme_ground import NOW, draft, first, programme, publish, text, under_way

__all__ = ["first", "programme"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(ops: User) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def home(programme: Programme, path: str = "change/") -> str:
    return f"/admin/journeys/programme/{programme.pk}/{path}"


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send of the page's form."""
    data: dict[str, Any] = {}
    version, formset = answer.context["form"], answer.context["steps"]
    for form in (version, formset.management_form, *formset.forms):
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = f"{value:%H:%M}" if isinstance(value, time) else value
    return data


def test_a_programme_is_made_and_published_by_forms_alone(admin: Client, ops: User) -> None:
    made = admin.post("/admin/journeys/programme/add/", {"name": "Fast track", "segment": "SMB"})
    programme = Programme.objects.get(name="Fast track")
    assert made["Location"] == home(programme, "edit")
    data = form_of(admin.get(made["Location"]))
    data |= {f"steps-{place}-DELETE": "on" for place in range(1, 8)}
    more = admin.post(home(programme, "edit"), data | {"add": "1"})
    assert more.status_code == 200
    assert "errorlist" not in more.content.decode()
    data = form_of(more) | {"steps-0-title": "Start", "steps-8-title": "End", "phase_name": "Week"}
    assert (data["steps-8-number"], data["steps-8-offset_days"]) == ("2", "30")

    admin.post(home(programme, "edit"), data)
    page = admin.get(home(programme, "publish")).content.decode()
    admin.post(home(programme, "publish"), {"edit": programme.versions.get().edit})

    assert "No client under way is touched" in page
    version = programme.versions.get()
    assert (version.published_by, version.phase_name) == (ops, "Week")
    assert list(version.steps.values_list("number", "title", "offset_days")) == [(1, "Start", 0), (2, "End", 30)]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(admin: Client, programme: Programme) -> None:
    data = form_of(admin.get(home(programme, "edit")))

    answer = admin.post(home(programme, "edit"), data | {"steps-1-offset_days": "0", "steps-2-title": "Typed title"})

    assert answer.context["steps"].forms[1].errors == {
        "offset_days": ["It must come after step 1, day 0."],
    }
    assert "Typed title" in answer.content.decode()
    assert programme.versions.count() == 1


def test_clients_are_asked_about_one_by_one_or_together(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    journeys = under_way(first)
    made = draft(programme, text(0, 40, 75, 90), by=ops)
    page = admin.get(home(programme, "publish")).content.decode()
    assert "Touches 3 clients under way" in page
    assert "Month 2: 2 under way" in page
    assert "Client 0" in page

    answer = admin.post(home(programme, "publish"), {"edit": made.edit, "answer": "each"})
    version = programme.versions.get(number=2)
    assert answer["Location"] == home(programme, "under-way")
    asked = {"version": version.pk, "answer": "keep", "journey": [journeys[0].pk]}
    admin.post(home(programme, "under-way"), asked)
    left = admin.get(home(programme, "under-way")).content.decode()
    admin.post(home(programme, "under-way"), {"version": version.pk, "answer": "move", "all": "1"})

    assert "Client 0" not in left
    assert "2 clients without an answer" in left
    versions = dict(Journey.objects.values_list("pk", "version__number"))
    assert versions == {journeys[0].pk: 1, journeys[1].pk: 2, journeys[2].pk: 2}


@pytest.mark.parametrize(("answer", "number"), [("keep", 1), ("move", 2)])
def test_publishing_answers_for_all_at_once(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, answer: str, number: int
) -> None:
    under_way(first)
    made = draft(programme, text(0, 40, 75, 90), by=ops)

    admin.post(home(programme, "publish"), {"edit": made.edit, "answer": answer})

    assert set(Journey.objects.values_list("version__number", flat=True)) == {number}
    assert VersionChoice.objects.filter(answer=answer).count() == 3


def test_a_page_of_clients_costs_the_same_for_one_and_many(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(55):
        begin(factories.CustomerFactory.create(name=f"Client {number:03d}"), now=NOW, version=first)
    publish(programme, text(0, 40, 75, 90), by=ops)

    with django_assert_max_num_queries(15):
        page = admin.get(home(programme, "under-way")).content.decode()
    with django_assert_max_num_queries(15):
        second = admin.get(home(programme, "under-way") + "?page=2&step=2").content.decode()

    assert "Client 049" in page
    assert "Client 050" not in page
    assert "Client 054" in second


@pytest.mark.parametrize("path", ["change/", "edit", "settings", "publish", "under-way"])
def test_others_than_ops_do_not_get_in(programme: Programme, lead: User, csm: User, path: str) -> None:
    client = Client()
    assert client.get(home(programme, path)).status_code == 302
    for user in (lead, csm):
        client.force_login(user)
        assert client.get(home(programme, path)).status_code in (302, 403)


def test_a_programme_is_renamed_and_archived_on_record(admin: Client, programme: Programme) -> None:
    answer = admin.post(home(programme, "settings"), {"name": "Growth 2", "segment": "SMB", "is_archived": "on"})

    assert answer.status_code == 302
    programme.refresh_from_db()
    assert (programme.name, programme.segment, programme.is_archived) == ("Growth 2", "SMB", True)
    assert Activity.objects.get(verb="programme.changed").data["changes"]["segment"] == ["Mid-market", "SMB"]


def test_pages_of_a_programme_open(admin: Client, programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    publish(programme, text(0, 40), by=ops)
    draft(programme, text(0, 41), by=ops)

    for path in ("change/", "edit", "settings", "publish", "under-way", f"compare/{first.pk}"):
        assert admin.get(home(programme, path)).status_code == 200
    assert admin.get("/admin/journeys/programme/").status_code == 200
    assert admin.get("/admin/journeys/versionchoice/").status_code == 200
    refused = admin.post(home(programme, f"bring-back/{first.pk}"), follow=True)
    assert "There is a draft already" in refused.content.decode()
    admin.post(home(programme, "discard"))
    assert admin.post(home(programme, f"bring-back/{first.pk}"))["Location"] == home(programme, "publish")


def test_a_programme_without_a_draft_offers_to_write_one(programme: Programme, ops: User) -> None:
    client = Client()
    client.force_login(ops)

    page = client.get(reverse("admin:journeys_programme_change", args=[programme.pk])).content.decode()

    assert "Write a new version" in page
    assert reverse("admin:journeys_programme_edit_page", args=[programme.pk]) in page
    assert reverse("admin:journeys_programme_settings_page", args=[programme.pk]) in page


def test_answer_for_very_many_is_given_by_the_clock_and_the_page_says_how_far(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_rollouts, "BATCH", 1)
    under_way(first)
    version = publish(programme, text(0, 45, 60), by=ops)

    answer = admin.post(
        home(programme, "under-way"), {"version": version.pk, "answer": "keep", "all": "1"}, follow=True
    )

    run = RolloutRun.objects.get()
    assert "The clock answers for" in answer.content.decode()
    assert f"0 of {run.total} client" in answer.content.decode()
    assert not VersionChoice.objects.exists()
    work_rollouts(NOW)
    assert f"{run.total} of {run.total} client" in admin.get(home(programme, "under-way")).content.decode()
    assert VersionChoice.objects.count() == run.total
