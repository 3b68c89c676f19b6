"""What the marks of the record are made of: the same texts as ever, since old lines are verified by them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.record_lines import LineFacts, put_data, put_head, put_said
from customers.services.new_ids import new_ids

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
AT = datetime(2026, 3, 4, 15, 0, 0, 120, tzinfo=UTC)
PK, CUSTOMER, ACTOR = UUID(int=1), UUID(int=2), UUID(int=3)


def make_line(*, actor_id: UUID | None, words: str, data: dict[str, Any]) -> LineFacts:
    return LineFacts(PK, CUSTOMER, AT, "draft.queued", actor_id, words, words, "draft", None, data)


@given(WORDS)
def test_head_is_a_json_list(words: str) -> None:
    by_clock, by_us = (make_line(actor_id=one, words=words, data={}) for one in (None, ACTOR))
    ids = [PK.hex, CUSTOMER.hex]

    assert json.loads(put_head(by_clock)) == [*ids, "", "", AT.isoformat(), "draft.queued", "", "draft"]
    told = [*ids, ACTOR.hex, "", AT.isoformat(), "draft.queued", words, "draft"]
    assert put_head(by_us) == json.dumps(told)


@given(WORDS, st.dictionaries(WORDS, WORDS, max_size=3))
def test_said_is_the_id_and_a_json_list(words: str, data: dict[str, str]) -> None:
    line = make_line(actor_id=None, words=words, data=data)

    assert put_said(line) == f"{PK.hex}\0{json.dumps([words, data, words], sort_keys=True)}"
    assert put_said(line, data=put_data(data)) == put_said(line)


def test_ids_are_random_ones_of_version_four() -> None:
    ids = new_ids(1_000)

    assert len(set(ids)) == 1_000
    assert {(one.version, one.variant) for one in ids} == {(uuid4().version, uuid4().variant)}
    assert {str(UUID(str(one))) for one in ids} == {str(one) for one in ids}
    with pytest.raises(TypeError):
        ids[0].int = 7  # type: ignore[misc]
