"""What becomes of a chaser when its day has come."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.rules.automations import Do, Skip
from outreach.enums import CHASERS, CadenceKind
from outreach.rules.chasing import Answer, ChaserFacts, decide_chaser

NOW = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
FACTS = ChaserFacts(kind=CadenceKind.REMIND, subject_id=uuid.uuid4(), name="Ada Byrne")
ANSWER = Answer("Ada Byrne", date(2026, 3, 10))


@pytest.mark.parametrize("kind", sorted(CHASERS))
def test_silence_is_followed_up(kind: CadenceKind) -> None:
    decision = decide_chaser(replace(FACTS, kind=kind), NOW)

    assert isinstance(decision, Do)
    assert decision.effects == (FACTS.subject_id,)
    assert "Ada Byrne" in decision.action


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"answer": ANSWER}, "Ada Byrne answered on 10 March 2026."),
        ({"meeting_date": date(2026, 3, 20)}, "There is a meeting with Ada Byrne on 20 March 2026."),
        ({"has_left": True}, "Ada Byrne has left the company."),
        ({"over": "The plan is closed: closed by a person."}, "The plan is closed: closed by a person."),
        ({"did_not_arrive": True}, "The letter did not arrive, so there is nothing to remind of."),
        (
            {"gets_no_mail": "unsubscribed 3 Mar 2026, by link"},
            "Ada Byrne gets no mail: unsubscribed 3 Mar 2026, by link.",
        ),
        ({"has_sender": False}, "The account has nobody to write it."),
    ],
)
def test_reminder_is_skipped_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    assert decide_chaser(replace(FACTS, **fields), NOW) == Skip(reason)


@pytest.mark.parametrize("fields", [{"did_not_arrive": True}, {"gets_no_mail": "unsubscribed"}])
@pytest.mark.parametrize("kind", sorted(CHASERS - {CadenceKind.REMIND}))
def test_what_is_no_mail_goes_on_where_mail_would_not_arrive(kind: CadenceKind, fields: dict[str, Any]) -> None:
    assert isinstance(decide_chaser(replace(FACTS, kind=kind, **fields), NOW), Do)


@given(
    st.sampled_from(sorted(CHASERS)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "unsubscribed"]),
    st.datetimes(timezones=st.just(UTC)),
)
def test_nobody_is_ever_chased_after_an_answer(
    kind: CadenceKind, left: bool, bounced: bool, suppressed: str, now: datetime
) -> None:
    facts = replace(FACTS, kind=kind, has_left=left, did_not_arrive=bounced, gets_no_mail=suppressed, answer=ANSWER)

    assert isinstance(decide_chaser(facts, now), Skip)
