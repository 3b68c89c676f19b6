"""The what-ifs: the spec's table rows, the shapes of INTERFACES, and what is no number is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from customers.models import User
from tests.api.conftest import Caller, error_of

pytestmark = pytest.mark.any_database  # nothing is read or written but the token
PEOPLE = [
    {"name": "Jennifer Park", "role": "champion"},
    {"name": "Tom Weller", "role": "decision_maker"},
    {"name": "Priya Raman", "role": "economic_buyer"},
]
ACME: dict[str, Any] = {
    "priceIncreasePercent": 7.2,
    "churnRisk": 35,
    "relationshipStrength": 7,
    "daysToRenewal": 118,
    "noticeDays": 90,
    "competitivePressure": "medium",
    "budgetPressure": "low",
    "stakeholders": PEOPLE,
}


def ask(api: Caller, what: str, **changes: Any) -> dict[str, Any]:
    response = api.post(f"/api/engage/{what}", {**ACME, **changes})
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def test_sequence_answers_in_the_shape(api: Caller) -> None:
    answer = ask(api, "sequence")

    assert set(answer) == {"approach", "sequence", "rationale", "riskMitigation", "warnings"}
    assert answer["approach"] == "champion_first"
    assert answer["sequence"] == [
        {"order": 1, "name": "Jennifer Park", "role": "champion", "owner": "csm", "day": 115, "week": 1},
        {"order": 2, "name": "Tom Weller", "role": "decision_maker", "owner": "ae", "day": 110, "week": 2},
        {"order": 3, "name": "Priya Raman", "role": "economic_buyer", "owner": "ae", "day": 105, "week": 3},
    ]
    assert answer["warnings"] == []
    assert answer["rationale"] and answer["riskMitigation"]


@pytest.mark.parametrize(
    ("changes", "approach"),
    [
        ({"daysToRenewal": 100}, "champion_first"),
        ({"daysToRenewal": 99}, "parallel"),
        ({"relationshipStrength": 9, "priceIncreasePercent": 4.9}, "economic_buyer_first"),
        ({"relationshipStrength": 8, "priceIncreasePercent": 4.9}, "champion_first"),
        ({"relationshipStrength": 8.1, "priceIncreasePercent": 4.9}, "economic_buyer_first"),
        ({"relationshipStrength": 9, "priceIncreasePercent": 5}, "champion_first"),
        ({"relationshipStrength": 9, "priceIncreasePercent": 3, "churnRisk": 50}, "economic_buyer_first"),
        ({"relationshipStrength": 9, "priceIncreasePercent": 3, "churnRisk": 51}, "champion_first"),
        ({"relationshipStrength": 9, "priceIncreasePercent": 3, "daysToRenewal": 99}, "parallel"),
    ],
)
def test_sequence_chooses_by_days_then_by_relationship_increase_and_risk(
    api: Caller, changes: dict[str, Any], approach: str
) -> None:
    assert ask(api, "sequence", **changes)["approach"] == approach


@pytest.mark.parametrize(
    ("days", "notice", "expected"),
    [
        (119, 90, [(115, 1), (110, 2), (105, 3)]),
        (116, 90, [(115, 1), (110, 2), (105, 3)]),
        (115, 90, [(115, 1), (110, 2), (105, 3)]),
        (114, 90, [(114, 1), (109, 2), (104, 3)]),
        (102, 90, [(102, 1), (97, 2), (92, 3)]),
        (104, 100, [(104, 1), (102, 1), (100, 1)]),
        (99, 90, [(99, 1), (99, 1), (94, 2)]),
        (92, 90, [(92, 1), (92, 1), (90, 1)]),
        (110, 30, [(110, 1), (105, 2), (100, 3)]),
    ],
)
def test_sequence_counts_days_down_and_weeks_from_the_first(
    api: Caller, days: int, notice: int, expected: list[tuple[int, int]]
) -> None:
    answer = ask(api, "sequence", daysToRenewal=days, noticeDays=notice)

    assert [(row["day"], row["week"]) for row in answer["sequence"]] == expected


def test_sequence_names_a_missing_role_and_goes_on(api: Caller) -> None:
    answer = ask(api, "sequence", stakeholders=PEOPLE[:1])

    assert [row["name"] for row in answer["sequence"]] == ["Jennifer Park"]
    assert [word for word in answer["warnings"] if "decision maker" in word]
    assert [word for word in answer["warnings"] if "economic buyer" in word]


def test_sequence_contacts_a_person_with_two_roles_once(api: Caller) -> None:
    twice = [{"name": "Ana Ruiz", "role": "champion"}, {"name": " ana  ruiz", "role": "decision_maker"}, PEOPLE[2]]

    answer = ask(api, "sequence", stakeholders=twice)

    assert [row["name"] for row in answer["sequence"]] == ["Ana Ruiz", "Priya Raman"]
    assert any("Ana Ruiz" in word for word in answer["warnings"])


def test_sequence_adds_an_executive_above_a_risk_of_50(api: Caller) -> None:
    owners = [[row["owner"] for row in ask(api, "sequence", churnRisk=risk)["sequence"]] for risk in (50, 51)]

    assert "executive" not in owners[0]
    assert "executive" in owners[1]


def test_notice_days_default_to_90(api: Caller) -> None:
    body = {name: value for name, value in ACME.items() if name != "noticeDays"} | {"daysToRenewal": 95}

    answer = api.post("/api/engage/sequence", body).json()

    assert [row["day"] for row in answer["sequence"]] == [95, 95, 90]


@pytest.mark.parametrize(
    ("increase", "relationship", "pressure", "approach"),
    [
        # The rows of the spec's table.
        (3, 9, "low", "lead_with_price"),
        (7, 7, "medium", "value_first"),
        (10, 5, "high", "no_price"),
        (10, 7, "high", "bury_price"),
        # Both sides of each edge; the most cautious vote wins.
        (4.9, 9, "low", "lead_with_price"),
        (5, 9, "low", "value_first"),
        (8, 9, "low", "value_first"),
        (8.1, 9, "low", "bury_price"),
        (3, 8, "low", "value_first"),
        (3, 8.5, "low", "lead_with_price"),
        (3, 6, "low", "value_first"),
        (3, 5.9, "low", "bury_price"),
        (3, 9, "medium", "value_first"),
        (3, 9, "high", "bury_price"),
        (15, 9, "low", "bury_price"),
        (15.1, 9, "low", "no_price"),
        (0, 9, "low", "lead_with_price"),
        (-0.1, 9, "low", "no_price"),
        (3, 5, "high", "no_price"),
        (3, 6, "high", "bury_price"),
    ],
)
def test_pricing_takes_the_most_cautious_vote(
    api: Caller, increase: float, relationship: float, pressure: str, approach: str
) -> None:
    answer = ask(
        api,
        "pricing",
        priceIncreasePercent=increase,
        relationshipStrength=relationship,
        competitivePressure=pressure,
    )

    assert answer["approach"] == approach


def test_pricing_answers_in_the_shape(api: Caller) -> None:
    answer = ask(api, "pricing")

    assert set(answer) == {"approach", "votes", "rationale", "stakeholderVariations", "fallbackPlan"}
    assert answer["votes"] == [
        {"factor": "priceIncreasePercent", "value": 7.2, "vote": "value_first"},
        {"factor": "relationshipStrength", "value": 7, "vote": "value_first"},
        {"factor": "competitivePressure", "value": "medium", "vote": "value_first"},
    ]
    assert [row["role"] for row in answer["stakeholderVariations"]] == ["champion", "decision_maker", "economic_buyer"]
    assert all(set(row) == {"role", "approach", "rationale"} for row in answer["stakeholderVariations"])
    assert answer["rationale"] and answer["fallbackPlan"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("Price increase objection", "high")]),
        ({"priceIncreasePercent": 7}, [("Avoiding the decision", "low")]),
        ({"priceIncreasePercent": 2, "churnRisk": 50}, [("Avoiding the decision", "low")]),
        ({"priceIncreasePercent": 2, "churnRisk": 51}, [("Price increase objection", "high")]),
        ({"budgetPressure": "high"}, [("Price increase objection", "high"), ("Budget objection", "medium")]),
        (
            {"budgetPressure": "high", "competitivePressure": "high", "relationshipStrength": 5},
            [("Price increase objection", "high"), ("Budget objection", "medium")],
        ),
        ({"priceIncreasePercent": 2, "competitivePressure": "high"}, [("Competitive evaluation", "high")]),
        ({"priceIncreasePercent": 2, "relationshipStrength": 5.9}, [("Avoiding the decision", "high")]),
        ({"priceIncreasePercent": 2, "relationshipStrength": 6}, [("Avoiding the decision", "low")]),
    ],
)
def test_rehearsal_takes_the_first_two_conditions_that_hold(
    api: Caller, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    scenarios = ask(api, "rehearsal", **changes)["scenarios"]

    assert [(row["scenario"], row["likelihood"]) for row in scenarios] == expected


def test_rehearsal_answers_in_the_shape(api: Caller) -> None:
    (scenario,) = ask(api, "rehearsal")["scenarios"]

    assert set(scenario) == {
        "scenario",
        "likelihood",
        "customerResponse",
        "recommendedResponse",
        "supportingData",
        "nextStep",
    }
    assert set(scenario["recommendedResponse"]) == {"acknowledge", "reframe", "valueAnchor", "bridge"}
    assert "7.2%" in scenario["customerResponse"]


BAD_VALUES = [
    ("priceIncreasePercent", "7.2"),
    ("priceIncreasePercent", True),
    ("priceIncreasePercent", None),
    ("priceIncreasePercent", [7.2]),
    ("priceIncreasePercent", -100.1),
    ("priceIncreasePercent", 1000.1),
    pytest.param("priceIncreasePercent", 10**400, id="huge"),
    ("churnRisk", -1),
    ("churnRisk", 100.5),
    ("churnRisk", False),
    ("relationshipStrength", 10.1),
    ("relationshipStrength", -0.1),
    ("daysToRenewal", 99.5),
    ("daysToRenewal", "99"),
    ("daysToRenewal", True),
    ("daysToRenewal", 1e300),
    ("noticeDays", -1),
    ("noticeDays", 731),
    ("noticeDays", None),
    ("competitivePressure", "extreme"),
    ("competitivePressure", 1),
    ("budgetPressure", ["high"]),
    ("stakeholders", "Jennifer"),
    ("stakeholders", {"name": "Jennifer", "role": "champion"}),
    ("stakeholders", [{"name": "A", "role": "champion"}] * 51),
]


@pytest.mark.parametrize("what", ["sequence", "pricing", "rehearsal"])
@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_bad_value_is_refused_by_its_name(api: Caller, what: str, name: str, value: Any) -> None:
    response = api.post(f"/api/engage/{what}", {**ACME, name: value})

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [name]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": "Jennifer", "role": "king"}, "stakeholders.0.role"),
        ({"name": "", "role": "champion"}, "stakeholders.0.name"),
        ({"name": 5, "role": "champion"}, "stakeholders.0.name"),
        ({"role": "champion"}, "stakeholders.0.name"),
        ({"name": "Jennifer"}, "stakeholders.0.role"),
        ("Jennifer", "stakeholders.0"),
    ],
)
def test_bad_stakeholder_is_refused_by_its_place(api: Caller, row: Any, field: str) -> None:
    response = api.post("/api/engage/sequence", {**ACME, "stakeholders": [row]})

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]


@pytest.mark.parametrize(
    ("what", "needed"),
    [
        ("sequence", {"priceIncreasePercent", "churnRisk", "relationshipStrength", "daysToRenewal"}),
        ("pricing", {"priceIncreasePercent", "relationshipStrength", "competitivePressure"}),
        ("rehearsal", {"priceIncreasePercent", "churnRisk", "relationshipStrength"}),
    ],
)
def test_empty_body_names_what_is_needed(api: Caller, what: str, needed: set[str]) -> None:
    response = api.post(f"/api/engage/{what}", {})

    assert response.status_code == 400
    assert set(error_of(response)["fields"]) == needed


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_number_that_is_none_is_refused(api: Caller, number: str) -> None:
    text = json.dumps({**ACME, "churnRisk": "?"}).replace('"?"', number)

    response = api.client.post("/api/engage/sequence", data=text, content_type="application/json", headers=api.headers)

    assert response.status_code == 400
    error_of(response)


def test_what_if_needs_a_token_that_may_read_and_a_reader_may_ask(call_as: Callable[..., Caller], reader: User) -> None:
    assert Caller().post("/api/engage/sequence", ACME).status_code == 401
    assert call_as(reader, ["write"]).post("/api/engage/sequence", ACME).status_code == 403
    assert call_as(reader, ["read"]).post("/api/engage/sequence", ACME).status_code == 200
