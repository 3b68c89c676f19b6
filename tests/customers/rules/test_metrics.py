"""What a metric is called on pages and in letters."""

from __future__ import annotations

import pytest

from customers.rules.metrics import metric_name, metric_title


@pytest.mark.parametrize(
    ("code", "name", "title"),
    [
        ("trade_volume", "trade volume", "Trade volume"),
        ("api_calls", "API calls", "API calls"),
        ("api calls", "API calls", "API calls"),
        ("API calls", "API calls", "API calls"),
        ("storage_gb", "storage GB", "Storage GB"),
        ("seats", "seats", "Seats"),
        ("", "", ""),
    ],
)
def test_metric_is_said_in_plain_words(code: str, name: str, title: str) -> None:
    assert (metric_name(code), metric_title(code)) == (name, title)
