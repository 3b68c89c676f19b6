"""What a sending process of a drill does. Imports nothing of Django before it has set it up: it starts from nothing."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday: within every send window."""

DEADLINE_S = 1.5
PAUSE_S = 0.05


class Flag:
    """Says stop to processes that may be killed at any moment: it has no lock that one of them could take along."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def set(self) -> None:
        self._raw.value = 1

    def clear(self) -> None:
        self._raw.value = 0

    def is_set(self) -> bool:
        return bool(self._raw.value)


@dataclass(frozen=True)
class Orders:
    """What a worker needs to know. ahead_s: how far the drill's clock was put forward, shared by all.

    data_dir: where the mark of the clock is kept, a folder of each worker's own where it is empty. speed: how many
    seconds of the drill's clock a second takes. redis: where a mark is kept besides, if anywhere. disk: the small disk
    that the database is on, for `drill disk`. ready: set by a worker that has begun, for who kills it.
    """

    database: dict[str, Any]
    provider_base: str
    ahead_s: Any
    stop: Flag
    began: float
    data_dir: str = ""
    speed: float = 1.0
    redis: str = ""
    ready: Any = None
    disk: Any = None


def say_ready(orders: Orders) -> None:
    """This will say that this worker works from now on: one that is killed before it began shows nothing."""
    if orders.ready is not None:
        orders.ready.value = 1


def drill_now(orders: Orders) -> datetime:
    """This will give the moment of the drill: its noon, what has passed since, and what was put forward."""
    return NOON + timedelta(seconds=(time.time() - orders.began) * orders.speed + orders.ahead_s.value)


def work(orders: Orders) -> None:
    """This will send what is due, again and again, as a worker of the desk does at each tick."""
    set_up(orders)
    from django.db import DatabaseError, InterfaceError, connection

    from emails.services import outbox

    use_provider(orders.provider_base)
    say_ready(orders)
    while not orders.stop.is_set():
        try:
            outbox.sweep(now=drill_now(orders))
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(PAUSE_S)


def set_up(orders: Orders) -> None:
    """This will make Django ready on the drill's database, with nothing that leaves this process."""
    # Ctrl-C at a terminal reaches every process: the drill that started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import django

    django.setup()
    from django.test.utils import override_settings

    from config.drills.ground import silence_doorbells
    from config.settings.services import cache_settings

    silence_doorbells()
    use_database(orders.database)
    caches = {"default": cache_settings(orders.redis)}
    override_settings(OUTBOUND="off", MAIL_PROVIDER="capture", CACHES=caches).enable()


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
