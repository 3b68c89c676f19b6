"""Importing a book by page: files → how they are read → what would happen → done, or undone."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.enums import ImportState
from customers.forms.imports import ReadingForm, UploadForm
from customers.models import ImportRun
from customers.queries.imports import view_report
from customers.rules.book.tables import UnreadableFile
from customers.services.importing.reading import BadMapping, Options, options_from_json
from customers.services.importing.reports import refusals_csv
from customers.services.importing.runs import WrongState, carry_out, check_run, create_run, queue_run
from customers.services.importing.undoing import CannotUndo, undo_import, why_not_undo
from customers.tasks import carry_out_import
from customers.view_base import for_writers, reader_of

ROWS_PER_PAGE = 100
# A book of this many rows is written while its person waits; a larger one in the background, with a progress bar.
ROWS_AT_ONCE = 400
_RECENT = 20


@for_writers
def imports(request: HttpRequest) -> HttpResponse:
    """Show the form and the last imports; on POST keep the files, check them and go to their page."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), reader_of(request)
        try:
            run = create_run(form.uploads(), Options(), by=by, now=now)
            check_run(run, Options(), by=by, now=now)
        except UnreadableFile as why:
            form.add_error("book", _sentence(str(why)))
        else:
            return redirect("customers:import_run", run.pk)
    runs = ImportRun.objects.visible_to(request.user).defer("content", "report", "options")[:_RECENT]
    return render(request, "customers/imports.html", {"form": form, "runs": runs}, status=400 if form.errors else 200)


@for_writers
def import_run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Show one import in its state; on POST read it with other choices and check it again."""
    run = _find(request, run_id)
    if run.state in (ImportState.QUEUED, ImportState.RUNNING):
        return render(request, "customers/import_running.html", {"run": run})
    if run.state != ImportState.CHECKED:
        return render(request, "customers/import_done.html", _report_context(request, run))
    options = options_from_json(run.options)
    form = ReadingForm(request.POST or None, report=run.report, options=options)
    if request.method == "POST" and form.is_valid():
        try:
            check_run(run, form.options(), by=reader_of(request), now=timezone.now())
        except (BadMapping, WrongState, UnreadableFile) as why:
            form.add_error(None, _sentence(str(why)))
        else:
            messages.success(request, "Checked again with your choices. Nothing is written yet.")
            return redirect("customers:import_run", run.pk)
    context = {**_report_context(request, run), "form": form, "needs_choices": _needs_choices(run) or bool(form.errors)}
    return render(request, "customers/import_check.html", context, status=400 if form.errors else 200)


@for_writers
@require_POST
def import_start(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Start a checked import: at once when it is small, else by the clock."""
    run = _find(request, run_id)
    now = timezone.now()
    try:
        queue_run(run, now=now)
    except WrongState as why:
        messages.warning(request, str(why))
        return redirect("customers:import_run", run.pk)
    if run.total_rows <= ROWS_AT_ONCE:
        carry_out(run.pk, now=now)
    else:
        carry_out_import.delay(str(run.pk))
    return redirect("customers:import_run", run.pk)


@for_writers
@require_GET
def import_progress(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Give the progress bar alone; once the import is over, send the page to its result."""
    run = _find(request, run_id)
    if run.state in (ImportState.QUEUED, ImportState.RUNNING):
        return render(request, "customers/_import_progress.html", {"run": run})
    answer = HttpResponse(status=204)
    answer["HX-Refresh"] = "true"
    return answer


@for_writers
def import_undo(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Ask once, then take the import back."""
    run = _find(request, run_id)
    if request.method == "POST":
        try:
            undone = undo_import(run, now=timezone.now(), by=reader_of(request))
        except CannotUndo as why:
            messages.warning(request, f"Not undone. {why}")
        else:
            kept = f" {undone.kept} values were changed since and stay." if undone.kept else ""
            messages.success(request, f"Undone: {undone.removed:,} rows taken out, {undone.restored:,} put back.{kept}")
        return redirect("customers:import_run", run.pk)
    return render(request, "customers/import_undo.html", {"run": run, "reasons": why_not_undo(run)})


@for_writers
@require_GET
def import_refusals(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Download the refusals as CSV."""
    run = _find(request, run_id)
    answer = HttpResponse(refusals_csv(run.report), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return answer


def _find(request: HttpRequest, run_id: uuid.UUID) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user).defer("content")
    run: ImportRun = get_object_or_404(runs, pk=run_id)
    return run


def _report_context(request: HttpRequest, run: ImportRun) -> dict[str, object]:
    view = view_report(run.report, kind=request.GET.get("show", ""), words=request.GET.get("q", "").strip())
    return {
        "run": run,
        "report": run.report,
        "view": view,
        "page": Paginator(view.rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "is_done": run.state == ImportState.DONE,
        "is_undone": run.state == ImportState.UNDONE,
        "is_failed": run.state == ImportState.FAILED,
        "rows_to_write": int(run.report.get("created", 0)) + int(run.report.get("changed", 0)),
    }


def _needs_choices(run: ImportRun) -> bool:
    files = run.report.get("files", ())
    return bool(run.report.get("open_columns")) or not all(file["names_account"] for file in files)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
