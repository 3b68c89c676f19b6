"""What every request passes."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.middleware import ReadOnce
from customers.models import User, WorkspaceSettings
from customers.queries.workspace import get_settings
from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/import", "/mailbox", "/settings/profile", "/book.csv", "/nothing"])
def test_answers_are_kept_nowhere(client: Client, csm: User, address: str) -> None:
    client.force_login(csm)

    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.django_db
def test_api_speaks_utc_to_a_page_too(client: Client, csm: User) -> None:
    csm.timezone = "Asia/Kathmandu"
    csm.save()
    factories.CustomerFactory.create(owner=csm)
    client.force_login(csm)

    assert client.get("/api/customers").json()["results"][0]["createdAt"].endswith("Z")


@pytest.mark.django_db
def test_form_sent_in_place_is_told_where_it_leads_and_its_message_waits_there(client: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    client.force_login(csm)
    address = f"/customers/{customer.pk}/todos/new"

    told = client.post(address, {"title": "Call"}, headers={"X-In-Place": "1"})

    assert told.status_code == 204
    assert told["X-Location"] == f"/customers/{customer.pk}#planned"
    assert told["Cache-Control"] == "private, no-store"
    assert 'class="toast"' in client.get(f"/customers/{customer.pk}").content.decode()


@pytest.mark.django_db
def test_form_sent_in_place_after_signing_out_leads_to_the_sign_in(client: Client) -> None:
    told = client.post("/settings/profile", headers={"X-In-Place": "1"})

    assert told.status_code == 204
    assert told["X-Location"] == "/sign-in?next=/settings/profile"


@pytest.mark.django_db
def test_form_with_an_error_is_answered_as_ever_in_place(client: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    client.force_login(csm)

    answer = client.post(f"/customers/{customer.pk}/todos/new", {"title": ""}, headers={"X-In-Place": "1"})

    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()


def _told_name(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_settings().company_name if get_settings() is get_settings() else "twice")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "told"), [("GET", b"Acme"), ("HEAD", b"Acme"), ("POST", b"twice")])
def test_only_a_page_that_shows_something_remembers(method: str, told: bytes) -> None:
    WorkspaceSettings.objects.update(company_name="Acme")

    assert ReadOnce(_told_name)(RequestFactory().generic(method, "/")).content == told
