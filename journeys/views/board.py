"""The board of all journeys by month, and the clients on none."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.models import User
from customers.queries.paging import Counted, find_page, is_far
from customers.view_base import reader_of
from journeys.actions import BULK_ACTIONS, START, Action
from journeys.forms.board import read_board_filter
from journeys.queries.board import AS_LIST, NO_OWNER, PAGE_SIZE, STATES, Board, BoardFilter, read_board_facets
from journeys.queries.board_answers import BOARD_ANSWERS
from journeys.views.tabs import list_tabs

KEPT = ("q", "state", "owner", "segment", "programme", "month")


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    reader, wanted, now = reader_of(request), read_board_filter(request.GET), timezone.now()
    asked = Board(reader, wanted, now=now, mark=BOARD_ANSWERS.read_mark())
    context = {
        "wanted": wanted,
        "counts": asked.counts,
        "states": [(code, label, getattr(asked.counts, code, None)) for code, label in STATES.items()],
        "facets": read_board_facets(reader, now=now),
        "tabs": list_tabs("journeys:board"),
        "actions": _list_actions(reader, wanted),
        "may_play": wanted.state not in AS_LIST,
        "kept_query": kept_query(request),
        "NO_OWNER": NO_OWNER,
        **(_list(request, asked) if wanted.is_list else _columns(asked)),
    }
    return render(request, "journeys/board.html", context)


def _list_actions(reader: User, wanted: BoardFilter) -> list[Action]:
    """What may be done to those that the filter finds: who is on no journey can only start."""
    allowed = [action for action in BULK_ACTIONS if reader.is_leader or not action.for_leaders]
    return [action for action in allowed if (action is START) == (wanted.state == "none")]


def kept_query(request: HttpRequest) -> str:
    """The part of the address that says which clients are meant."""
    query = request.GET.copy()
    for name in list(query):
        if name not in KEPT or not query[name]:
            del query[name]
    return query.urlencode()


def _columns(asked: Board) -> dict[str, Any]:
    columns = asked.columns()
    return {"columns": columns, "matching": sum(column.count for column in columns)}


def _list(request: HttpRequest, asked: Board) -> dict[str, Any]:
    number = request.GET.get("page")
    counted = Counted(asked.count_list()) if is_far(number, PAGE_SIZE) else asked.count_some()
    page = find_page(number, PAGE_SIZE, **counted._asdict())
    cards = asked.page_of(page.start, page.end) if counted.total else []
    return {"page": page, "cards": cards, "matching": page.paginator.count}
