"""What a metric is called wherever a person reads of it; the API, imports and webhooks keep the code."""

from __future__ import annotations

ACRONYMS = frozenset({"api", "ai", "crm", "csv", "etl", "gb", "kpi", "pdf", "sku", "sms", "sql", "sso", "tb", "url"})


def metric_name(code: str) -> str:
    """Write a metric as people say it: "trade_volume" → "trade volume", "api_calls" → "API calls"."""
    words = code.replace("_", " ").split()
    return " ".join(word.upper() if word.lower() in ACRONYMS else word for word in words)


def metric_title(code: str) -> str:
    """Write a metric as a heading or a sentence begins with it: "Trade volume", "API calls"."""
    name = metric_name(code)
    return name[:1].upper() + name[1:]
