"""A programme's draft published in the admin, and what becomes of who is under way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from customers.admin_base import DayFilter, DeskAdmin, ViewOnlyAdmin
from customers.view_base import reader_of
from journeys.enums import VersionAnswer
from journeys.models import Programme, ProgrammeVersion, RolloutRun, VersionChoice
from journeys.queries.programmes import (
    Behind,
    count_touched,
    current_version,
    find_draft,
    list_behind,
    list_touched,
    read_text,
)
from journeys.queries.rollouts import list_lines
from journeys.rules.programmes import VersionText, compare_versions
from journeys.services.programmes import (
    StaleDraft,
    WrongDraft,
    publish_draft,
)
from journeys.services.rollout_runs import UnderWay, begin_rollout, count_wanted
from journeys.services.rollouts import BATCH, Answered, answer_for, answer_for_all

PER_PAGE = 50
REFUSALS_SHOWN = 10


class ProgrammePages(DeskAdmin):
    """What the pages of one programme share."""

    def _page(self, request: HttpRequest, name: str, programme: Programme, **context: Any) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": programme.name}
        return TemplateResponse(
            request, f"admin/journeys/programme/{name}.html", {**frame, "programme": programme, **context}
        )

    def _find(self, request: HttpRequest, programme_id: object) -> Programme:
        found: Programme = get_object_or_404(self.get_queryset(request), pk=_uuid(programme_id))
        return found

    def _find_version(
        self, request: HttpRequest, programme_id: UUID, version_id: UUID
    ) -> tuple[Programme, ProgrammeVersion]:
        programme = self._find(request, programme_id)
        rows = programme.versions.published().select_related("programme")
        return programme, get_object_or_404(rows, pk=version_id)

    def _back(self, programme: Programme) -> HttpResponse:
        return redirect(reverse("admin:journeys_programme_change", args=[programme.pk]))


class RolloutPages(ProgrammePages):
    """Publishing, and the answers for who stands on an older version."""

    def publish_page(self, request: HttpRequest, programme_id: UUID) -> HttpResponse:
        """Ask once, naming what changes and whose steps it touches."""
        programme = self._find(request, programme_id)
        draft = find_draft(programme)
        if draft is None:
            messages.error(request, "There is no draft to publish.")
            return self._back(programme)
        if request.method == "POST":
            return self._publish(request, programme)
        text, current = read_text(draft), current_version(programme)
        return self._page(
            request,
            "publish",
            programme,
            draft=draft,
            current=current,
            difference=compare_versions(read_text(current), text) if current else None,
            text=text,
            **self._touched(request, list_behind(programme, text), text, undecided=None),
        )

    def _publish(self, request: HttpRequest, programme: Programme) -> HttpResponse:
        edit = request.POST.get("edit", "")
        by, now = reader_of(request), timezone.now()
        try:
            version = publish_draft(programme, edit=int(edit) if edit.isdecimal() else 0, now=now, by=by)
        except WrongDraft as wrong:
            messages.error(request, str(wrong))
            return redirect("admin:journeys_programme_edit_page", programme.pk)
        except StaleDraft as stale:
            messages.error(request, str(stale))
            return self._back(programme)
        messages.success(request, f"Version {version.number} is published: journeys start on it from now on.")
        choice = request.POST.get("answer", "")
        if choice in VersionAnswer.values:
            self._answer_all(request, version, VersionAnswer(choice), None)
            return self._back(programme)
        return redirect("admin:journeys_programme_rollout_page", programme.pk)

    def rollout_page(self, request: HttpRequest, programme_id: UUID) -> HttpResponse:
        """Who stands on an older version and has no answer yet: for the ticked, or for all of them."""
        programme = self._find(request, programme_id)
        version = current_version(programme)
        if version is None:
            return self._back(programme)
        if request.method == "POST":
            return self._answer(request, programme, version)
        text = read_text(version)
        behind = list_behind(programme, text, newest=version)
        context = self._touched(request, behind, text, undecided=version)
        run = RolloutRun.objects.filter(version=version).select_related("by").first()
        return self._page(request, "rollout", programme, version=version, run=run, **context)

    def _answer(self, request: HttpRequest, programme: Programme, version: ProgrammeVersion) -> HttpResponse:
        here = HttpResponseRedirect(request.get_full_path())
        if request.POST.get("answer") not in VersionAnswer.values:
            messages.error(request, "Say what is to become of them.")
            return here
        if request.POST.get("version") != str(version.pk):
            messages.error(request, "A newer version was published meanwhile; look again.")
            return here
        answer, step = VersionAnswer(request.POST["answer"]), _step(request)
        by, now = reader_of(request), timezone.now()
        if "all" in request.POST:
            self._answer_all(request, version, answer, step)
        else:
            ids = [_uuid(pk) for pk in request.POST.getlist("journey")]
            self._say(request, answer, answer_for(version, answer, ids, step=step, now=now, by=by))
        return here

    def _answer_all(
        self, request: HttpRequest, version: ProgrammeVersion, answer: VersionAnswer, step: int | None
    ) -> None:
        """A few at once; for more the clock is asked, and the page shows how far it is."""
        by, now = reader_of(request), timezone.now()
        if count_wanted(version, step=step) <= BATCH:
            self._say(request, answer, answer_for_all(version, answer, step=step, now=now, by=by))
            return
        try:
            run = begin_rollout(version, answer, step=step, now=now, by=by)
        except UnderWay as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"The clock answers for {run.total} clients, some hundred with each tick.")

    def _touched(
        self, request: HttpRequest, behind: list[Behind], text: VersionText, *, undecided: ProgrammeVersion | None
    ) -> dict[str, Any]:
        """The clients under way at each touched step, a page of them."""
        step = _step(request)
        rows = list_touched(behind, step=step, undecided=undecided).order_by("customer__name", "pk")
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return {
            "behind": behind,
            "counts": sorted(count_touched(behind).items()),
            "step": step,
            "lines": list_lines(page, behind, text),
            "list": page,
            "answers": VersionAnswer.choices,
        }

    def _say(self, request: HttpRequest, answer: VersionAnswer, done: Answered) -> None:
        words = {
            VersionAnswer.KEEP: "stay on their version",
            VersionAnswer.MOVE: "moved",
            VersionAnswer.SKIP: "go without the changed months",
        }
        messages.success(request, f"{done.count} client{'' if done.count == 1 else 's'}: {words[answer]}.")
        for name, reason in list(done.refused.items())[:REFUSALS_SHOWN]:
            messages.warning(request, f"{name}: {reason}")
        if len(done.refused) > REFUSALS_SHOWN:
            messages.warning(request, f"and {len(done.refused) - REFUSALS_SHOWN} more that could not.")


@admin.register(VersionChoice)
class VersionChoiceAdmin(ViewOnlyAdmin):
    list_display = ("at", "customer", "version", "answer", "by")
    list_filter = ("answer",)
    list_select_related = ("customer", "version__programme", "by")
    search_fields = ("customer__name",)


@admin.register(RolloutRun)
class RolloutRunAdmin(ViewOnlyAdmin):
    list_display = ("asked_at", "version", "answer", "total", "answered", "finished_at", "problem", "by")
    list_filter = ("answer", ("asked_at", DayFilter))
    list_select_related = ("version__programme", "by")
    search_fields = ("version__programme__name",)


def _step(request: HttpRequest) -> int | None:
    given = request.GET.get("step", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else None


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None
