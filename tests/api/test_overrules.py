"""`GET /api/overrules` and its summary: paged, filtered, only of accounts that the caller sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from customers.models import User
from outreach.enums import SequencingApproach
from renewals.enums import OverrideKind
from renewals.models import Override
from tests.api.conftest import Caller, error_of
from tests.renewals.settled import end


@pytest.fixture
def changes(csm: User) -> list[Override]:
    now = timezone.now()
    run = end(csm, now, order=SequencingApproach.PARALLEL, advised=SequencingApproach.CHAMPION_FIRST)
    return [
        Override.objects.create(run=run, kind=kind, old="champion_first", new="parallel", reason="So", by=csm, at=now)
        for kind in (OverrideKind.STRATEGY, OverrideKind.ORDER)
    ]


def test_list_gives_what_was_recommended_and_what_was_chosen(api: Caller, csm: User, changes: list[Override]) -> None:
    answer: dict[str, Any] = api.get("/api/overrules", kind="strategy").json()

    (row,) = answer["results"]
    assert answer["count"] == 1
    assert {name: row[name] for name in ("id", "kind", "personId", "recommended", "chosen", "reason", "ended")} == {
        "id": str(changes[0].pk), "kind": "strategy", "personId": str(csm.pk), "recommended": "champion_first",
        "chosen": "parallel", "reason": "So", "ended": "renewed",
    }  # fmt: skip


def test_list_is_paged(api: Caller, changes: list[Override]) -> None:
    first = api.get("/api/overrules", pageSize="1").json()
    second = api.get("/api/overrules", pageSize="1", page="2").json()

    assert (first["count"], bool(first["next"]), second["next"]) == (2, True, None)
    assert {first["results"][0]["id"], second["results"][0]["id"]} == {str(row.pk) for row in changes}


def test_summary_counts_by_recommendation_and_person(api: Caller, csm: User, changes: list[Override]) -> None:
    answer = api.get("/api/overrules/summary").json()

    assert answer["people"] == [
        {"personId": str(csm.pk), "personName": csm.display_name, "count": 2, "kinds": {"strategy": 1, "order": 1}}
    ]
    strategy = next(one for one in answer["recommendations"] if one["kind"] == "strategy")
    assert (strategy["code"], strategy["overruled"]["worked"], strategy["followed"]["count"]) == (
        "champion_first",
        1,
        0,
    )


def test_another_team_finds_nothing(
    call_as: Callable[..., Caller], csm: User, stranger: User, changes: list[Override]
) -> None:
    caller = call_as(stranger)

    assert caller.get("/api/overrules", person=str(csm.pk), owner=str(csm.pk)).json()["results"] == []
    assert caller.get("/api/overrules/summary").json() == {"recommendations": [], "people": []}


@pytest.mark.parametrize("query", [{"kind": "mood"}, {"kind": ""}, {"person": "x"}, {"owner": ""}, {"page": "9"}])
def test_what_is_no_filter_is_refused(api: Caller, query: dict[str, str]) -> None:
    response = api.get("/api/overrules", **query)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, list(query))
