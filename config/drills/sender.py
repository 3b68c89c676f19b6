"""What a sending process of a drill does. Imports nothing of Django before it has set it up: it starts from nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday: within every send window."""

DEADLINE_S = 1.5
PAUSE_S = 0.05


@dataclass(frozen=True)
class Orders:
    """What a worker needs to know. ahead_s: how far the drill's clock was put forward, shared by all.

    data_dir: where the mark of the clock is kept, a folder of each worker's own where it is empty. speed: how many
    seconds of the drill's clock a second takes. disk: the small disk that the database is on, for `drill disk`.
    """

    database: dict[str, Any]
    provider_base: str
    ahead_s: Any
    stop: Any
    began: float
    data_dir: str = ""
    speed: float = 1.0
    disk: Any = None


def drill_now(orders: Orders) -> datetime:
    """This will give the moment of the drill: its noon, what has passed since, and what was put forward."""
    return NOON + timedelta(seconds=(time.time() - orders.began) * orders.speed + orders.ahead_s.value)


def work(orders: Orders) -> None:
    """This will send what is due, again and again, as a worker of the desk does at each tick."""
    import django

    django.setup()
    from django.db import DatabaseError, InterfaceError, connection

    from emails.services import outbox

    use_database(orders.database)
    use_provider(orders.provider_base)
    while not orders.stop.is_set():
        try:
            outbox.sweep(now=drill_now(orders))
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(PAUSE_S)


def use_database(database: dict[str, Any]) -> None:
    from django.db import connection

    connection.settings_dict.update(database)


def use_provider(base: str) -> None:
    """This will send through the real client to the given address, with a deadline that a drill can wait for."""
    from django.test.utils import override_settings

    from emails.providers.choice import PROVIDERS
    from emails.providers.sendgrid import SendGridProvider

    override_settings(
        OUTBOUND="on",
        OUTBOUND_DOMAINS=[],
        MAIL_PROVIDER="sendgrid",
        SENDGRID_API_KEY="SG.drill",
        SENDGRID_API_BASE=base,
        ALLOW_LOOPBACK_VENDORS=True,
    ).enable()
    PROVIDERS["sendgrid"] = lambda: SendGridProvider(deadline_s=DEADLINE_S)
