"""Templates as rows and as ops' pages: drafted, checked, published once, kept for good, brought back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Activity, Customer, User
from customers.queries.speaking import list_models
from emails.models import MailTemplate, MailTemplateVersion
from emails.models.templates import PublishedIsKept
from emails.queries.templates import current_version
from emails.services.templates import NewText, NotOps, StaleDraft, bring_back, publish_draft, save_draft
from journeys.services.templates import ensure_templates
from tests.conftest import NOW

KEY = "journey.upcoming"
GOOD = {"subject": "Soon: {{monthTitle}}", "body": "Hi {{clientName}}\n\n[Look]({{progressLink}})", "note": "Shorter"}


@pytest.fixture
def template(db: None) -> MailTemplate:
    ensure_templates(now=NOW)
    found: MailTemplate = MailTemplate.objects.get(key=KEY)
    return found


@pytest.fixture
def desk(ops: User) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def url(name: str, template: MailTemplate, *args: object) -> str:
    return reverse(f"admin:emails_mailtemplate_{name}", args=[template.pk, *args])


def draft_of(template: MailTemplate) -> MailTemplateVersion | None:
    return template.versions.filter(published_at=None).first()


def test_workspace_begins_with_every_mail_published(template: MailTemplate) -> None:
    for one in MailTemplate.objects.all():
        version = current_version(one)
        assert version is not None and version.number == 1
    assert MailTemplate.objects.count() == 19


def test_published_text_is_refused_by_model_queryset_and_database(template: MailTemplate) -> None:
    version = current_version(template)
    assert version is not None

    version.body = "Another"
    with pytest.raises(PublishedIsKept):
        version.save()
    with pytest.raises(PublishedIsKept):
        version.delete()
    with pytest.raises(PublishedIsKept):
        MailTemplateVersion.objects.filter(pk=version.pk).update(body="Another")
    with pytest.raises(PublishedIsKept):
        template.versions.all().delete()
    for change in ("body = 'Another'", "subject = 'Another'", "published_at = NULL", "number = 7"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE emails_mailtemplateversion SET {change} WHERE number = 1")
    with pytest.raises(IntegrityError), transaction.atomic():
        MailTemplateVersion.objects.create(template=template, number=1, subject="x", body="x")


def test_two_drafts_of_one_template_are_refused_by_the_database(template: MailTemplate) -> None:
    MailTemplateVersion.objects.create(template=template, number=2, subject="x", body="x")

    with pytest.raises(IntegrityError), transaction.atomic():
        MailTemplateVersion.objects.create(template=template, number=3, subject="x", body="x")


def test_only_ops_change_a_text(template: MailTemplate, lead: User, ops: User) -> None:
    with pytest.raises(NotOps):
        save_draft(template, NewText("S", "B"), edit=None, now=NOW, by=lead)
    draft = save_draft(template, NewText("S", "B"), edit=None, now=NOW, by=ops)
    with pytest.raises(NotOps):
        publish_draft(template, edit=draft.edit, keep_old=[], now=NOW, by=lead)

    assert current_version(template) != draft


def test_second_person_does_not_overwrite_the_first(template: MailTemplate, ops: User) -> None:
    draft = save_draft(template, NewText("S", "First"), edit=None, now=NOW, by=ops)
    save_draft(template, NewText("S", "Second"), edit=draft.edit, now=NOW, by=ops)

    with pytest.raises(StaleDraft):
        save_draft(template, NewText("S", "Third"), edit=draft.edit, now=NOW, by=ops)
    with pytest.raises(StaleDraft):
        save_draft(template, NewText("S", "Third"), edit=None, now=NOW, by=ops)
    with pytest.raises(StaleDraft):
        publish_draft(template, edit=draft.edit, keep_old=[], now=NOW, by=ops)

    assert draft_of(template).body == "Second"  # type: ignore[union-attr]


def test_bringing_back_makes_a_new_version_with_the_old_text(template: MailTemplate, ops: User) -> None:
    first = current_version(template)
    assert first is not None
    second = save_draft(template, NewText("S", "B"), edit=None, now=NOW, by=ops)
    publish_draft(template, edit=second.edit, keep_old=[], now=NOW, by=ops)

    third = bring_back(first, now=NOW, by=ops)
    publish_draft(template, edit=third.edit, keep_old=[], now=NOW, by=ops)

    latest = current_version(template)
    assert latest is not None
    assert (latest.number, latest.body, latest.subject) == (3, first.body, first.subject)
    assert template.versions.count() == 3
    assert Activity.objects.filter(verb="template.published", actor=ops).count() == 2


def test_unknown_name_is_refused_beside_the_field_and_nothing_is_lost(desk: Client, template: MailTemplate) -> None:
    typed = {**GOOD, "body": "Hi {{clientName}}\n{{wrong}} {% if %}", "edit": ""}

    shown = desk.post(url("edit_page", template), typed)

    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Line 2: “{{wrong}}” is not known" in text
    assert "Line 2: “{%” means nothing here" in text
    assert "Hi {{clientName}}\n{{wrong}} {% if %}</textarea>" in text
    assert draft_of(template) is None


def test_ops_draft_look_publish_and_compare(desk: Client, template: MailTemplate) -> None:
    saved = desk.post(url("edit_page", template), {**GOOD, "edit": ""})
    draft = draft_of(template)
    assert draft is not None and saved.headers["Location"] == url("preview_page", template, draft.pk)

    asked = desk.get(url("publish_page", template)).content.decode()
    published = desk.post(url("publish_page", template), {"edit": draft.edit, "choice": "new"})

    assert "Nobody&#x27;s next mails are touched" in asked or "Nobody's next mails are touched" in asked
    assert published.status_code == 302
    current = current_version(template)
    assert current is not None and (current.number, current.note) == (2, "Shorter")
    first = template.versions.get(number=1)
    assert "only in version 1" in desk.get(url("compare_page", template, first.pk)).content.decode()
    assert desk.get(url("change", template)).status_code == 200


@pytest.mark.parametrize("key", ["journey.paused", "journey.completed", "staff.digest"])
def test_preview_without_a_journey_has_examples(desk: Client, key: str, account: Customer) -> None:
    template = MailTemplate.objects.get(key=key)
    version = current_version(template)
    assert version is not None

    page = desk.get(url("preview_page", template, version.pk), {"client": account.pk})
    frame = desk.get(url("preview_html", template, version.pk), {"client": account.pk})

    assert (page.status_code, frame.status_code) == (200, 200)
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "{{" not in page.context["shown"].text


@pytest.mark.parametrize("name", ["edit_page", "publish_page", "change"])
def test_nobody_but_ops_opens_the_pages(name: str, template: MailTemplate, lead: User, client: Client) -> None:
    client.force_login(lead)

    assert client.get(url(name, template)).status_code in (302, 403)
    assert client.post(url(name, template), {"edit": 1}).status_code in (302, 403)


def test_unknown_template_is_not_there(desk: Client, template: MailTemplate) -> None:
    gone: Any = MailTemplate(pk=uuid4())

    assert desk.get(url("edit_page", gone)).status_code == 404
    assert desk.get(url("preview_page", template, uuid4())).status_code == 404


def test_erasing_a_contact_leaves_templates_alone() -> None:
    assert not {MailTemplate, MailTemplateVersion} & set(list_models())
