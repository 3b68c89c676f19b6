"""Templates in the admin: read, drafted, looked at on a real client, published, compared, brought back. Ops alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import Customer
from customers.view_base import reader_of
from emails.models import MailTemplate, MailTemplateVersion, StaffMail
from emails.queries.template_preview import preview_text
from emails.queries.templates import current_version
from emails.registry import template_names, template_use
from emails.rules.comparing import compare
from emails.rules.templates import MOST_BODY, MOST_SUBJECT, MissingValue
from emails.services.templates import (
    MOST_NOTE,
    NewText,
    StaleDraft,
    bring_back,
    discard_draft,
    find_draft,
    publish_draft,
    save_draft,
)
from emails.views.shared import framed_mail

MOST_CLIENTS = 20
MOST_LISTED = 200
ANSWERS = ("new", "old", "none")


class TextForm(forms.Form):
    """A template's text. What may stand in it, the service says."""

    subject = forms.CharField(max_length=MOST_SUBJECT, widget=forms.TextInput(attrs={"class": "vLargeTextField"}))
    body = forms.CharField(
        max_length=MOST_BODY, strip=False, widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"})
    )
    note = forms.CharField(
        max_length=MOST_NOTE, required=False, label="What is new in it", widget=forms.TextInput(attrs={"size": 60})
    )
    edit = forms.IntegerField(required=False, widget=forms.HiddenInput)


@admin.register(MailTemplate)
class MailTemplateAdmin(ViewOnlyAdmin):
    list_display = ("name", "audience", "key", "in_use", "has_draft")
    list_filter = ("audience",)
    search_fields = ("name", "key", "versions__subject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailTemplate]:
        versions = MailTemplateVersion.objects.filter(template=OuterRef("pk"))
        numbers = versions.published().order_by("-number").values("number")
        is_redrafted = Exists(versions.filter(published_at=None))
        return super().get_queryset(request).annotate(current_number=Subquery(numbers[:1]), is_redrafted=is_redrafted)

    @admin.display(description="In use")
    def in_use(self, template: Any) -> str:
        return f"Version {template.current_number}" if template.current_number else "–"

    @admin.display(description="Draft", boolean=True)
    def has_draft(self, template: Any) -> bool:
        return bool(template.is_redrafted)

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("edit", self.edit_page),
            ("discard", self.discard),
            ("publish", self.publish_page),
            ("preview/<uuid:version_id>", self.preview_page),
            ("preview/<uuid:version_id>/html", self.preview_html),
            ("compare/<uuid:version_id>", self.compare_page),
            ("bring-back/<uuid:version_id>", self.bring_back),
        ]
        own = [
            path(f"<uuid:template_id>/{route}", self._for_ops(view), name=f"emails_mailtemplate_{view.__name__}")
            for route, view in pages
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The template's own page: the text that counts, the draft, and all versions."""
        if request.method == "POST":
            raise PermissionDenied
        template = self._find(request, object_id)
        return self._page(
            request,
            "page",
            template,
            current=current_version(template),
            draft=find_draft(template),
            versions=template.versions.select_related("published_by"),
        )

    def edit_page(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        template = self._find(request, template_id)
        draft = find_draft(template)
        if request.method == "POST":
            return self._save(request, template)
        start = draft or current_version(template)
        initial: dict[str, Any] = {"subject": start.subject, "body": start.body} if start else {}
        if draft:
            initial |= {"note": draft.note, "edit": draft.edit}
        return self._edit(request, template, TextForm(initial=initial))

    def discard(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        template = self._find(request, template_id)
        if request.method == "POST" and discard_draft(template, now=timezone.now(), by=reader_of(request)):
            messages.info(request, "The draft is discarded.")
        return self._back(template)

    def publish_page(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        """Ask once, naming whose next mails the new text touches: which text each then gets, or none."""
        template = self._find(request, template_id)
        draft = find_draft(template)
        if draft is None:
            messages.error(request, "There is no draft to publish.")
            return self._back(template)
        use = template_use(template.key)
        touched = list(use.list_touched(template.key)) if use else []
        if request.method == "POST":
            return self._publish(request, template, touched_ids=[one.id for one in touched])
        current = current_version(template)
        return self._page(
            request,
            "publish",
            template,
            draft=draft,
            current=current,
            pieces=compare(_whole(current), _whole(draft)),
            touched=touched[:MOST_LISTED],
            touched_count=len(touched),
            unlisted=max(len(touched) - MOST_LISTED, 0),
        )

    def preview_page(self, request: HttpRequest, template_id: UUID, version_id: UUID) -> HttpResponse:
        template, version = self._find_version(request, template_id, version_id)
        customer = self._client(request)
        query = request.GET.get("q", "").strip()
        clients = Customer.objects.visible_to(reader_of(request))
        found = clients.filter(search_text__contains=query.lower()) if query else clients
        context: dict[str, Any] = {"version": version, "customer": customer, "query": query}
        try:
            context["shown"] = preview_text(version, customer=customer, now=timezone.now())
        except MissingValue as error:
            context["problem"] = str(error)
        return self._page(request, "preview", template, clients=found.order_by("name")[:MOST_CLIENTS], **context)

    def preview_html(self, request: HttpRequest, template_id: UUID, version_id: UUID) -> HttpResponse:
        _, version = self._find_version(request, template_id, version_id)
        return framed_mail(preview_text(version, customer=self._client(request), now=timezone.now()).html)

    def compare_page(self, request: HttpRequest, template_id: UUID, version_id: UUID) -> HttpResponse:
        """An old version beside the text that counts now; ?with= names another one."""
        template, version = self._find_version(request, template_id, version_id)
        other = current_version(template)
        if given := request.GET.get("with"):
            _, other = self._find_version(request, template_id, _uuid(given))
        return self._page(
            request,
            "compare",
            template,
            version=version,
            other=other,
            pieces=compare(_whole(version), _whole(other)),
            versions=template.versions.all(),
        )

    def bring_back(self, request: HttpRequest, template_id: UUID, version_id: UUID) -> HttpResponse:
        template, version = self._find_version(request, template_id, version_id)
        if request.method != "POST":
            return self._back(template)
        try:
            bring_back(version, now=timezone.now(), by=reader_of(request))
        except StaleDraft:
            messages.error(request, "There is a draft already. Publish or discard it first.")
            return self._back(template)
        return redirect("admin:emails_mailtemplate_publish_page", template.pk)

    def _save(self, request: HttpRequest, template: MailTemplate) -> HttpResponse:
        form = TextForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            text = NewText(given["subject"], given["body"], given["note"])
            try:
                draft = save_draft(template, text, edit=given["edit"], now=timezone.now(), by=reader_of(request))
            except ValidationError as refusal:
                form.add_error(None, refusal)
            except StaleDraft as stale:
                return self._edit(request, template, form, stale=stale)
            else:
                messages.success(request, "The draft is saved. It counts once it is published.")
                return redirect("admin:emails_mailtemplate_preview_page", template.pk, draft.pk)
        return self._edit(request, template, form)

    def _edit(
        self, request: HttpRequest, template: MailTemplate, form: TextForm, *, stale: StaleDraft | None = None
    ) -> HttpResponse:
        current = stale.current if stale else None
        return self._page(
            request,
            "edit",
            template,
            form=form,
            names=template_names(template.key),
            draft=find_draft(template),
            stale=stale,
            newest=current,
        )

    def _publish(self, request: HttpRequest, template: MailTemplate, *, touched_ids: list[UUID]) -> HttpResponse:
        answers = _read_answers(request.POST, touched_ids)
        edit = request.POST.get("edit", "")
        try:
            version = publish_draft(
                template,
                edit=int(edit) if edit.isdigit() else 0,
                keep_old=answers["old"],
                leave_out=answers["none"],
                now=timezone.now(),
                by=reader_of(request),
            )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("admin:emails_mailtemplate_edit_page", template.pk)
        except StaleDraft as stale:
            messages.error(request, str(stale))
            return self._back(template)
        words = f" {len(answers['old'])} keep the old text." if answers["old"] else ""
        words += f" {len(answers['none'])} go without it." if answers["none"] else ""
        messages.success(request, f"Version {version.number} counts from now on.{words}")
        return self._back(template)

    def _page(self, request: HttpRequest, name: str, template: MailTemplate, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/emails/mailtemplate/{name}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": template.name,
                "template": template,
                **context,
            },
        )

    def _for_ops(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return self.admin_site.admin_view(view)

    def _find(self, request: HttpRequest, template_id: object) -> MailTemplate:
        found: MailTemplate = get_object_or_404(self.get_queryset(request), pk=_uuid(template_id))
        return found

    def _find_version(
        self, request: HttpRequest, template_id: UUID, version_id: UUID
    ) -> tuple[MailTemplate, MailTemplateVersion]:
        template = self._find(request, template_id)
        version = get_object_or_404(template.versions.select_related("template"), pk=version_id)
        return template, version

    def _client(self, request: HttpRequest) -> Customer | None:
        given = request.GET.get("client")
        if not given:
            return None
        return get_object_or_404(Customer.objects.visible_to(reader_of(request)), pk=_uuid(given))

    def _back(self, template: MailTemplate) -> HttpResponse:
        return redirect(reverse("admin:emails_mailtemplate_change", args=[template.pk]))


@admin.register(MailTemplateVersion)
class MailTemplateVersionAdmin(ViewOnlyAdmin):
    list_display = ("template", "number", "subject", "published_at", "published_by", "note")
    list_filter = ("template",)
    list_select_related = ("template", "published_by")
    search_fields = ("subject", "body", "note")


@admin.register(StaffMail)
class StaffMailAdmin(ViewOnlyAdmin):
    list_display = ("created_at", "subject", "user", "customer", "state", "attempts", "sent_at", "outcome")
    list_filter = (("created_at", DayFilter), "state")
    list_select_related = ("user", "customer")
    search_fields = ("subject", "user__username", "customer__name")
    exclude = ("claim_token",)


def _read_answers(sent: QueryDict, touched: Sequence[UUID]) -> dict[str, list[UUID]]:
    """Who gets the new text, who the old one, who none: one answer for all, or each their own."""
    answers: dict[str, list[UUID]] = {answer: [] for answer in ANSWERS}
    for_all = sent.get("choice", "new")
    for place, pk in enumerate(touched):
        name = f"answer-{pk}" if place < MOST_LISTED else "answer-unlisted"
        given = for_all if for_all in answers else sent.get(name, "new")
        answers[given if given in answers else "new"].append(pk)
    return answers


def _whole(version: MailTemplateVersion | None) -> str:
    return f"{version.subject}\n\n{version.body}" if version else ""


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None
