"""A slow vendor ends a batch, and each item is taken at its own moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.services import budgets


def test_batch_ends_when_its_time_is_up(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.5, 20.2, 30.1])
    monkeypatch.setattr(budgets, "monotonic", lambda: next(clock))

    taken = list(budgets.within_budget(["a", "b", "c", "d"], now=now))

    assert taken == [("a", now), ("b", now + timedelta(seconds=20))]
