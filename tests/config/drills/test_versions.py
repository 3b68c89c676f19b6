"""The drill of old and new code: real processes of both; a column without a default in the database is seen."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import models

from config.drills import versions
from config.drills.newer import OLD
from config.drills.rows import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "OLD_ENGINES", 1)
    monkeypatch.setattr(versions, "NEW_ENGINES", 1)
    monkeypatch.setattr(versions, "ALONE_S", 0.3)


@pytest.mark.long
def test_old_code_leaves_what_it_does_not_know_to_the_new() -> None:
    seen = versions.play_versions(count=40, seed=1)

    assert seen["passed"], seen
    assert (seen["unknown_touched"], seen["attempts_lost"]) == (0, 0)
    assert seen["done_by_old_on_new_columns"] > 0


@pytest.mark.long
@pytest.mark.any_database
def test_column_without_a_default_in_the_database_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def make_strict_column() -> Any:
        return models.CharField(max_length=10, default=OLD)

    monkeypatch.setattr(versions, "make_column", make_strict_column)
    monkeypatch.setattr(versions, "LONGEST_S", 10.0)
    monkeypatch.setattr(versions, "settle", partial(settle, rounds=1))

    seen = versions.play_versions(count=40, seed=1)

    assert not seen["passed"], seen
    assert seen["done_by_old_on_new_columns"] == 0
