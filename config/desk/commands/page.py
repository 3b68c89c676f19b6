"""The command bar as a page, which Ctrl-K opens in a dialog: the same answers as the API, drawn as forms."""

from __future__ import annotations

import re
import uuid
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from config.desk.commands.actions.letters import save_typed, say_sent, show_draft
from config.desk.commands.answers import Answer, Caller, State, Stop
from config.desk.commands.finding import Task
from config.desk.commands.language.grammar import MOST_LETTERS, Intent
from config.desk.commands.running import EXPECTED, SUGGESTIONS, run_command, words_of
from customers.models import Customer
from customers.queries.workspace import get_settings
from customers.view_base import reader_of
from emails.services import outbox
from emails.services.editing import StaleVersion
from emails.services.sending import undo

RECENT = "commands"
MOST_RECENT = 6
LONGEST_RECENT = 200
_ACCOUNT = re.compile(r"/customers/([0-9a-f-]{36})(?:/|$)")
LABELS = {
    "introduce_upsell": "Introduce an upsell",
    "enroll": "Enroll in a sequence",
    "show_sequences": "Show sequences",
    "pause_outreach": "Pause outreach",
    "resume_outreach": "Resume outreach",
    "hold": "Put on hold",
    "resume": "Resume",
    "show_customer": "Show an account",
    "show_renewal": "Show a renewal",
    "draft_email": "Write an email",
    "send": "Send",
    "answer_question": "Answer a question",
}
NAMED = ("customer", "stakeholder", "sequence", "until", "reason")
"""Arguments that are shown beside the action, those that are names."""


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the bar; a POST is a command, an answer to what it asked, or a text that was typed into a draft."""
    here = _here(request)
    if request.method == "GET":
        return _draw(request, here)
    caller = _caller(request, here)
    if request.POST.get("draft"):
        body = _with_draft(request, caller)
    else:
        text = request.POST.get("text", "")[:MOST_LETTERS]
        body = run_command(text, caller, confirm=request.POST.get("confirm", ""))
        _remember(request, text, body)
    return _draw(request, here, body)


def _caller(request: HttpRequest, here: UUID | None) -> Caller:
    now = timezone.now()

    def deliver(draft_id: UUID) -> None:
        outbox.deliver(draft_id, now=now)

    return Caller(reader_of(request), now, deliver, undo_seconds=get_settings().undo_seconds, here=here)


def _with_draft(request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """Save what was typed, take a letter back, or look whether it has left."""
    pin = _uuid(request.POST["draft"])
    if pin is None:
        return Answer(State.REFUSED, "There is no such draft, or it is not yours.").as_body()
    task = Task(Intent("", "draft_email"), caller, pins={"draft": str(pin)})
    if not caller.by.is_writer:
        return Answer(State.REFUSED, "Your role may look and ask, not change anything.").as_body()
    try:
        return _change_draft(request, task).as_body()
    except Stop as stop:
        return stop.answer.as_body()
    except StaleVersion as stale:
        # Nothing that was typed is lost: it stands in the form again, with the version that is there now.
        body = Answer(State.REFUSED, str(stale), "draft_email", draft=stale.current, is_editing=True).as_body()
        body["draft"] |= {"subject": request.POST.get("subject", ""), "body": request.POST.get("body", "")}
        body["points"] = [{"text": f"It reads now: {stale.current.body}", "url": "", "kind": "warn"}]
        return body
    except EXPECTED as error:
        typed = {name: request.POST.get(name, "") for name in ("subject", "body")}
        body = Answer(State.REFUSED, words_of(error), "draft_email", draft=show_draft(task), is_editing=True).as_body()
        return {**body, "draft": {**body["draft"], **typed}}


def _change_draft(request: HttpRequest, task: Task) -> Answer:
    now, by = task.caller.now, task.caller.by
    wanted = request.POST.get("do", "")
    if wanted == "undo":
        taken_back = undo(show_draft(task), now=now, by=by)
        return _standing(task, "Taken back. It is a draft again." if taken_back else "Too late: it has left.")
    if wanted == "look":
        outbox.deliver(show_draft(task).pk, now=now)
        return _standing(task, "")
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1
    return save_typed(task, version=number, subject=request.POST.get("subject", ""), body=request.POST.get("body", ""))


def _standing(task: Task, said: str) -> Answer:
    answer = say_sent(task, show_draft(task))
    return Answer(**{**answer.__dict__, **({"message": said} if said else {}), "action": "send"})


def _draw(request: HttpRequest, here: UUID | None, body: dict[str, Any] | None = None) -> HttpResponse:
    action = (body or {}).get("understood", {}).get("action")
    arguments = (body or {}).get("understood", {}).get("arguments", {})
    context = {
        "answer": body,
        "action_label": LABELS.get(action or "", ""),
        "understood": [(name, arguments[name]) for name in NAMED if arguments.get(name)],
        "leaves_in": _leaves_in(body),
        "typed": "",
        "here": here or "",
        "recent": request.session.get(RECENT, []),
        "suggestions": _suggestions(request, here) if body is None else (),
    }
    if body is not None and body["state"] in (State.UNKNOWN, State.ASK):
        context["typed"] = request.POST.get("text", "")
    is_part = "X-Command" in request.headers
    return render(request, "command/_bar.html" if is_part else "command/page.html", context)


def _leaves_in(body: dict[str, Any] | None) -> int | None:
    at = ((body or {}).get("draft") or {}).get("leavesAt")
    moment = parse_datetime(at) if at else None
    return max(0, round((moment - timezone.now()).total_seconds())) if moment else None


def _here(request: HttpRequest) -> UUID | None:
    """The account of the page that the bar was opened on."""
    if given := request.POST.get("here", ""):
        return _uuid(given)
    match = _ACCOUNT.match(request.GET.get("from", ""))
    return _uuid(match[1]) if match else None


def _suggestions(request: HttpRequest, here: UUID | None) -> tuple[str, ...]:
    """What could be said, with the account's own name where the bar stands on its page."""
    rows = Customer.objects.visible_to(reader_of(request))
    name = rows.filter(pk=here).values_list("name", flat=True).first() if here else None
    if name is None:
        name = rows.order_by("name").values_list("name", flat=True).first()
    return tuple(text.replace("Acme Corp", name) for text in SUGGESTIONS) if name else SUGGESTIONS


def _remember(request: HttpRequest, text: str, body: dict[str, Any]) -> None:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_RECENT or body["state"] == State.UNKNOWN or request.POST.get("confirm"):
        return
    kept = [one for one in request.session.get(RECENT, []) if one != said]
    request.session[RECENT] = [said, *kept][:MOST_RECENT]


def _uuid(text: str) -> UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


command_patterns = [path("command", page, name="command")]
