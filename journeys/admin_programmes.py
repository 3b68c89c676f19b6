"""Programmes in the admin: drafted, compared, brought back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from customers.view_base import put_errors, reader_of
from journeys.admin_rollouts import RolloutPages
from journeys.forms.programmes import (
    ProgrammeForm,
    StepFormSet,
    VersionForm,
    forms_of,
    kept_forms,
    put_problems,
    read_version,
    with_one_more,
)
from journeys.models import Programme
from journeys.queries.programmes import (
    current_version,
    find_draft,
    list_behind,
    list_touched,
    read_text,
)
from journeys.rules.programmes import compare_versions
from journeys.services.programmes import (
    StaleDraft,
    WrongDraft,
    add_programme,
    bring_back,
    change_programme,
    discard_draft,
    save_draft,
    start_text,
)

PER_PAGE = 50
REFUSALS_SHOWN = 10


@admin.register(Programme)
class ProgrammeAdmin(RolloutPages):
    list_display = ("name", "segment_words", "in_use", "has_draft", "is_archived")
    list_filter = ("is_archived",)
    search_fields = ("name", "segment")
    fields = ("name", "segment")

    @admin.display(description="Segment", ordering="segment")
    def segment_words(self, programme: Programme) -> str:
        return programme.segment or "every other"

    @admin.display(description="In use")
    def in_use(self, programme: Programme) -> str:
        version = current_version(programme)
        return f"Version {version.number}" if version else "–"

    @admin.display(description="Draft", boolean=True)
    def has_draft(self, programme: Programme) -> bool:
        return find_draft(programme) is not None

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("edit", self.edit_page),
            ("settings", self.settings_page),
            ("discard", self.discard),
            ("publish", self.publish_page),
            ("under-way", self.rollout_page),
            ("compare/<uuid:version_id>", self.compare_page),
            ("bring-back/<uuid:version_id>", self.bring_back),
        ]
        own = [
            path(
                f"<uuid:programme_id>/{route}",
                self.admin_site.admin_view(view),
                name=f"journeys_programme_{view.__name__}",
            )
            for route, view in pages
        ]
        return [*own, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        """Only to add one: what is there is changed on its own pages."""
        made = add_programme(name=obj.name, segment=obj.segment, now=timezone.now(), by=reader_of(request))
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: Programme, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"“{obj}” is made. Write its first version now.")
        return redirect("admin:journeys_programme_edit_page", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The programme's own page: what counts, the draft, and all versions."""
        if request.method == "POST":
            raise PermissionDenied
        programme = self._find(request, object_id)
        current = current_version(programme)
        behind = list_behind(programme, read_text(current), newest=current) if current else []
        return self._page(
            request,
            "page",
            programme,
            current=current,
            text=read_text(current) if current else None,
            draft=find_draft(programme),
            versions=programme.versions.select_related("published_by"),
            undecided=list_touched(behind, undecided=current).count(),
        )

    def settings_page(self, request: HttpRequest, programme_id: UUID) -> HttpResponse:
        programme = self._find(request, programme_id)
        form = ProgrammeForm(request.POST or None, instance=self._find(request, programme_id))
        if request.method == "POST" and form.is_valid():
            try:
                change_programme(programme, **form.cleaned_data, now=timezone.now(), by=reader_of(request))
            except ValidationError as error:
                put_errors(form, error)
            else:
                messages.success(request, "Saved. It counts for who starts from now on.")
                return self._back(programme)
        return self._page(request, "settings", programme, form=form)

    def edit_page(self, request: HttpRequest, programme_id: UUID) -> HttpResponse:
        programme = self._find(request, programme_id)
        draft = find_draft(programme)
        if request.method == "POST":
            return self._save(request, programme)
        text = read_text(draft) if draft else start_text(programme)
        version, steps = forms_of(text, note=draft.note if draft else "", edit=draft.edit if draft else None)
        return self._edit(request, programme, version, steps)

    def _save(self, request: HttpRequest, programme: Programme) -> HttpResponse:
        if "add" in request.POST:
            data = with_one_more(request.POST)
            return self._edit(request, programme, VersionForm(data), StepFormSet(data, prefix="steps"), is_fresh=True)
        version, steps = VersionForm(request.POST), StepFormSet(request.POST, prefix="steps")
        if not (version.is_valid() & steps.is_valid()):
            return self._edit(request, programme, version, steps)
        kept = kept_forms(steps)
        given = [form.text() for form in kept]
        data = version.cleaned_data
        try:
            save_draft(
                programme,
                read_version(version, given),
                given=given,
                note=data["note"],
                edit=data["edit"],
                now=timezone.now(),
                by=reader_of(request),
            )
        except WrongDraft as wrong:
            put_problems(version, kept, wrong.problems)
        except StaleDraft as stale:
            version.add_error(None, f"{stale} Nothing was overwritten; what you typed stands here.")
        else:
            messages.success(request, "The draft is saved. It counts once it is published.")
            return self._back(programme)
        return self._edit(request, programme, version, steps)

    def discard(self, request: HttpRequest, programme_id: UUID) -> HttpResponse:
        programme = self._find(request, programme_id)
        if request.method == "POST" and discard_draft(programme, now=timezone.now(), by=reader_of(request)):
            messages.info(request, "The draft is discarded.")
        return self._back(programme)

    def compare_page(self, request: HttpRequest, programme_id: UUID, version_id: UUID) -> HttpResponse:
        programme, version = self._find_version(request, programme_id, version_id)
        current = current_version(programme)
        difference = compare_versions(read_text(version), read_text(current)) if current else None
        return self._page(request, "compare", programme, version=version, current=current, difference=difference)

    def bring_back(self, request: HttpRequest, programme_id: UUID, version_id: UUID) -> HttpResponse:
        programme, version = self._find_version(request, programme_id, version_id)
        if request.method != "POST":
            return self._back(programme)
        try:
            bring_back(version, now=timezone.now(), by=reader_of(request))
        except StaleDraft:
            messages.error(request, "There is a draft already. Publish or discard it first.")
            return self._back(programme)
        return redirect("admin:journeys_programme_publish_page", programme.pk)

    def _edit(
        self, request: HttpRequest, programme: Programme, version: VersionForm, steps: Any, *, is_fresh: bool = False
    ) -> HttpResponse:
        return self._page(
            request,
            "edit",
            programme,
            form=version,
            steps=steps,
            draft=find_draft(programme),
            shows_errors=not is_fresh,
        )
