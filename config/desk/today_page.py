"""The pages of Today: what needs the reader, done in place; and for leads what each of the team carries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.desk.navigation import address
from config.desk.today import EVERYBODY, Coming, Item, Today, Wanted
from config.desk.today_acts import REFUSALS, Asked, act, is_visible, words_of
from config.desk.today_answers import TODAY_ANSWERS
from config.desk.today_kinds import KINDS, PARTS
from config.desk.today_offers import Shown, show_items
from customers.models import Customer, SavedView, User
from customers.services.saved_views import save_view
from customers.view_base import for_leaders, for_writers, own_url, reader_of
from outreach.queries.outreach_io import get_connection
from renewals.forms.book import clean_view_name

PAGE = "today"
PAGE_SIZE = 25
LONGEST_GIVEN = 10_000
LONGEST_NUMBER = 9
KEPT_IN_VIEWS = ("whose", "part", "kind")


@dataclass(frozen=True)
class Choice:
    """One way to narrow the list. count: how many that leaves, None where it is not told."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return _render(request)


@require_POST
@for_writers
def do(request: HttpRequest, code: str, item_id: UUID) -> HttpResponse:
    """Do what an item asks for. Asked by htmx the item alone is answered; a refusal is shown at the item."""
    reader, now = reader_of(request), timezone.now()
    item = Today(reader, Wanted(EVERYBODY), now=now).find(code, item_id)
    if item is None:
        if not is_visible(code, item_id, user=reader):
            raise Http404("There is no such item.")
        return _done(request, code, item_id, "Somebody was faster: nothing waits here any more.")
    given = {name: value[:LONGEST_GIVEN] for name, value in request.POST.items() if isinstance(value, str)}
    asked = Asked(item.turn, given.get("verb", ""), _number(given.get("version", "")), given, now, reader)
    try:
        said = act(asked)
    except REFUSALS as error:
        return _refused(request, item, words_of(error), given)
    return _done(request, code, item_id, said)


@login_required
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the present filter under a name."""
    query = kept_query(request.POST.get("query", ""))
    try:
        name = clean_view_name(request.POST.get("name", ""))
        view = save_view(user=reader_of(request), page=PAGE, name=name, query=query)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Saved as “{view.name}”.")
    return redirect(_url(query))


@login_required
@require_POST
def view_delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(reader_of(request)), pk=view_id, page=PAGE)
    view.delete()
    messages.success(request, f"Removed the filter “{view.name}”.")
    return redirect(_url(""))


@for_leaders
@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """What each of those whose accounts the lead sees carries, and who carries too much."""
    reader = reader_of(request)
    loads = Today(reader, Wanted(EVERYBODY), now=timezone.now()).loads()
    context = {
        "loads": loads,
        "overloaded": [load for load in loads if load.burden.is_overloaded],
        "most": max((load.open_items for load in loads), default=0),
        "today_url": _url(""),
        "tabs": _whose_tabs(reader, Wanted(), is_team=True),
        "handover_url": address("handover"),
    }
    return render(request, "today/team.html", context)


# The page


def _render(
    request: HttpRequest, *, refused: Shown | None = None, query: Any = None, status: int = 200
) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    asked = request.GET if query is None else query
    wanted = read_wanted(asked, reader)
    today = Today(reader, wanted, now=now, mark=TODAY_ANSWERS.read_mark())
    items, counts = today.read()
    listed: Page[Item] = Paginator(items, PAGE_SIZE).get_page(asked.get("page"))
    shown = show_items(listed, reader=reader, now=now)
    if refused:
        shown = _put_back(shown, refused)
    members = _members(reader)
    context = {
        "page": listed,
        "shown": shown,
        "counts": counts,
        "wanted": wanted,
        "today": today.today,
        "money": _money(items),
        "accounts": len({item.turn.account_id for item in items}),
        "coming": [_next(one) for one in today.coming()],
        "kinds": _choices(KINDS, counts.kinds, wanted, "kind"),
        "all_parts": [(code, f"{label} ({counts.parts.get(code, 0)})") for code, label in PARTS.items()],
        "all_url": _url(_query(replace(wanted, part="", kind=""))),
        "tabs": _whose_tabs(reader, wanted),
        "members": members,
        "member": next((one for one in members if str(one.pk) == wanted.whose), None),
        "views": _views(reader, wanted),
        "is_narrowed": bool(wanted.part or wanted.kind),
        "query": _query(wanted),
        "here": _url(_query(wanted, page=listed.number)),
        "may_write": reader.is_writer,
        "handover_url": address("handover") if reader.is_leader else "",
        "is_empty_book": not items and not Customer.objects.visible_to(reader).exists(),
        "reconnect_url": _reconnect_url(reader),
    }
    return render(request, "today/today.html", context, status=status)


def read_wanted(asked: Any, reader: User) -> Wanted:
    """This will read the filter of an address; what it does not know counts as not asked."""
    part, kind, whose = asked.get("part", ""), asked.get("kind", ""), asked.get("whose", "")
    colleague = _uuid(whose)
    if whose != EVERYBODY:
        whose = str(colleague) if colleague and (reader.is_leader or colleague == reader.pk) else ""
    if whose == str(reader.pk):
        whose = ""
    return Wanted(whose, part if part in PARTS else "", kind if kind in KINDS else "")


def _put_back(shown: list[Shown], refused: Shown) -> list[Shown]:
    """What was refused stands at its place, or before the others where its page has moved on."""
    if all(one.item.key != refused.item.key for one in shown):
        return [refused, *shown]
    return [refused if one.item.key == refused.item.key else one for one in shown]


def _members(reader: User) -> list[User]:
    if not reader.is_leader:
        return []
    people = User.objects.visible_to(reader).persons().filter(is_active=True).exclude(pk=reader.pk)
    if not reader.is_ops:
        people = people.filter(team=reader.team_id) if reader.team_id else people.none()
    return list(people.only("first_name", "last_name", "username"))


def _whose_tabs(reader: User, wanted: Wanted, *, is_team: bool = False) -> list[Choice]:
    everybody = "The whole team" if reader.is_leader else "All that I may see"
    tabs = [
        Choice("Mine", _url(""), not is_team and wanted.is_own),
        Choice(everybody, _url("whose=all"), not is_team and wanted.whose == EVERYBODY),
    ]
    if reader.is_leader:
        tabs.append(Choice("Load", reverse("today_team"), is_team))
    return tabs


def _choices(labels: Any, counts: Any, wanted: Wanted, name: str) -> list[Choice]:
    current = getattr(wanted, name)
    everything = Choice("All", _url(_query(replace(wanted, **{name: ""}))), not current)
    return [
        everything,
        *(
            Choice(labels[code], _url(_query(replace(wanted, **{name: code}))), code == current, count)
            for code, count in counts.items()
        ),
    ]


def _views(reader: User, wanted: Wanted) -> list[tuple[SavedView, bool]]:
    rows = SavedView.objects.visible_to(reader).filter(page=PAGE)
    return [(view, view.query == _query(wanted)) for view in rows]


def _money(items: list[Item]) -> list[tuple[Decimal, str]]:
    """What is at risk at the accounts that are listed, by currency, each account once; the largest first."""
    by_account = {item.turn.account_id: item.turn for item in items if item.turn.at_risk}
    sums: dict[str, Decimal] = {}
    for turn in by_account.values():
        sums[turn.currency] = sums.get(turn.currency, Decimal(0)) + (turn.at_risk or 0)
    return sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)[:3]


WORDS = {
    "meeting": "Meeting: {title}",
    "hold": "The hold ends",
    "todo": "{title}",
    "mail": "An email leaves for {title}",
    "month": "Deliverable due: {title}",
    "engage": "Engage opens",
}


def _next(one: Coming) -> dict[str, Any]:
    return {"coming": one, "words": WORDS[one.code].format(title=one.title), "url": _coming_url(one)}


def _coming_url(one: Coming) -> str:
    names = {"month": "journeys:timeline", "engage": "renewals:engage"}
    if one.code == "mail":
        return reverse("emails:draft", args=[one.id])
    return reverse(names.get(one.code, "customers:account"), args=[one.account_id])


def _reconnect_url(reader: User) -> str:
    """Where ops connect Outreach.io again; "" while that is nobody's turn."""
    if not reader.is_ops or not get_connection().needs_reconnect:
        return ""
    return reverse("outreach:outreach_settings")


# Answers


def _done(request: HttpRequest, code: str, item_id: UUID, said: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "today/_done.html", {"key": f"{code}-{item_id}", "said": said})
    messages.success(request, said)
    then = request.POST.get("then", "")
    return redirect(_back(request) + (f"#{then}" if then.startswith("item-") and then.isascii() else ""))


def _refused(request: HttpRequest, item: Item, why: str, given: dict[str, str]) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    [shown] = show_items([item], reader=reader, now=now)
    typed = next((given[name] for name in ("until", "notes", "reason") if given.get(name)), "")
    refused = replace(shown, error=why, typed=typed)
    if request.headers.get("HX-Request"):
        # 200, since htmx puts nothing else in place.
        here = _back(request)
        return render(request, "today/_item.html", {"one": refused, "may_write": reader.is_writer, "here": here})
    _, _, query = _back(request).partition("?")
    return _render(request, refused=refused, query=QueryDict(query), status=409)


def _back(request: HttpRequest) -> str:
    """The list the click was made on, if it says so and is ours."""
    wanted = own_url(request, request.POST.get("next", ""))
    return wanted if wanted.startswith(reverse("today")) else _url("")


def _query(wanted: Wanted, *, page: int = 1) -> str:
    asked = {"whose": wanted.whose, "part": wanted.part, "kind": wanted.kind, "page": str(page) if page > 1 else ""}
    return urlencode({name: value for name, value in asked.items() if value})


def kept_query(query: str) -> str:
    """This will give the part of an address that a saved view keeps."""
    given = QueryDict(query.replace("\0", "")[:1000])
    return urlencode({name: given[name] for name in KEPT_IN_VIEWS if given.get(name)})


def _url(query: str) -> str:
    return reverse("today") + (f"?{query}" if query else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


today_patterns = [
    path("today", page, name="today"),
    path("today/team", team, name="today_team"),
    path("today/views", view_save, name="today_view_save"),
    path("today/views/<uuid:view_id>/remove", view_delete, name="today_view_delete"),
    path("today/<slug:code>/<uuid:item_id>", do, name="today_do"),
]
