"""The rules to be woken by and the dashboard ask for figures that there are; lines of the log can be put together."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
import yaml
from celery.app.task import Context
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from structlog.contextvars import bound_contextvars, clear_contextvars, get_contextvars

from config import celery
from config.middleware import NamedRequest
from config.queues import QUEUES
from journeys.tasks import tick
from tests.config.test_health import set_last_tick
from tests.conftest import NOW

MONITORING = Path(__file__).resolve().parents[2] / "docs" / "monitoring"
RULES = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((MONITORING / "dashboard.json").read_text())["panels"]


@pytest.fixture
def figures(db: None, client: Client) -> str:
    set_last_tick(NOW)
    return client.get("/metrics").content.decode()


def test_every_figure_that_is_asked_for_is_there_and_each_is_shown(figures: str) -> None:
    there = set(re.findall(r"^# TYPE (\w+) gauge$", figures, re.M))
    woken = set(re.findall(r"evergreen_\w+", " ".join(rule["expr"] for rule in RULES)))
    shown = set(re.findall(r"evergreen_\w+", " ".join(one["expr"] for panel in PANELS for one in panel["targets"])))

    assert woken <= there
    assert shown == there


def test_labels_that_rules_choose_by_are_there(figures: str) -> None:
    chosen = set(re.findall(r'(\w+)(?:=|!=)"(\w+)"', " ".join(rule["expr"] for rule in RULES))) - {("job", "evergreen")}

    assert ("state", "in_doubt") in chosen
    assert {pair for pair in chosen if f'{pair[0]}="{pair[1]}"' not in figures} == set()


def test_every_queue_is_counted(figures: str) -> None:
    queues = set(re.findall(r'^evergreen_queue_rows\{queue="(\w+)",state="waiting"\} 0$', figures, re.M))

    assert queues == {model._meta.db_table for _, model, _ in QUEUES}


def test_figures_are_in_the_form_that_prometheus_reads(figures: str) -> None:
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="\w+"(,[a-z_]+="\w+")*\})? [0-9.e+-]+')

    assert [line for line in figures.splitlines() if not line.startswith("# ") and not sample.fullmatch(line)] == []


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [("proxy-0123abcd", True), ("", False), ("short", False), ('x" forged="1', False), ("a" * 65, False)],
)
def test_request_is_named_in_its_lines_and_its_answer(given: str, is_taken: bool) -> None:
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(get_contextvars().get("request_id"))
        return HttpResponse()

    answer = NamedRequest(view)(RequestFactory().get("/", headers={"X-Request-ID": given}))

    assert answer["X-Request-ID"] == seen[0]
    assert (seen[0] == given) is is_taken
    assert len(seen[0]) >= 8
    assert "request_id" not in get_contextvars()


def test_refused_call_of_the_api_is_named_too(client: Client, db: None) -> None:
    assert client.get("/api/%00", headers={"X-Request-ID": "proxy-0123abcd"})["X-Request-ID"] == "proxy-0123abcd"


def test_task_says_which_run_it_is_and_who_rang() -> None:
    headers: dict[str, Any] = {}
    with bound_contextvars(request_id="proxy-0123abcd"):
        celery.name_who_rings(headers)
    run_id = str(uuid4())
    tick.push_request(id=run_id, is_eager=False, **headers)
    try:
        celery.name_run(task_id=run_id, task=tick)
        inside = dict(get_contextvars())
        celery.end_run(task=tick)
    finally:
        tick.pop_request()
        clear_contextvars()

    assert inside == {"task": "journeys.tick", "run_id": run_id, "request_id": "proxy-0123abcd"}
    assert get_contextvars() == {}


def test_task_that_is_run_in_place_keeps_the_request_of_who_called_it() -> None:
    with bound_contextvars(request_id="proxy-0123abcd"):
        tick.push_request(id="x", is_eager=True)
        try:
            celery.name_run(task_id="x", task=tick)
            celery.end_run(task=tick)
            assert get_contextvars() == {"request_id": "proxy-0123abcd"}
        finally:
            tick.pop_request()


def test_headers_of_a_message_reach_the_task() -> None:
    assert Context(headers=None, request_id="x").get("request_id") == "x"


def test_lines_carry_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    event = structlog.contextvars.merge_contextvars(None, "info", {"event": "x"})

    with bound_contextvars(request_id="proxy-0123abcd"):
        named = structlog.contextvars.merge_contextvars(None, "info", {"event": "x"})

    assert "request_id" not in event and named["request_id"] == "proxy-0123abcd"
