"""What stands in for a crew of processes: one hand that ticks in this process, so that a test can put a fault in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import override_settings

from config.drills import engine, full_disk, post
from config.drills.fake_sendgrid import Ledger, Weather, fake_sendgrid
from config.drills.sender import DEADLINE_S, Orders, drill_now
from emails.providers.choice import PROVIDERS
from emails.providers.sendgrid import SendGridProvider
from journeys.registry import forget
from journeys.services.clock import tick

LONGEST_S = 30.0


class OneHand:
    """Has the interface of a crew; its processes are this one, which ticks while it is waited for."""

    folder: Path
    kills = 1

    def __init__(self, orders: Orders, size: int, *, seed: int, target: Callable[[Orders], None]) -> None:
        self._orders, self._target = orders, target

    def wait(self, until: Callable[[], bool], *, seconds: float, kill_every_s: float = 0) -> bool:
        ends = time.monotonic() + min(seconds, LONGEST_S)
        while not until():
            if time.monotonic() > ends:
                return until()
            self._step()
        return True

    def end(self) -> None:
        """There is nobody to end."""

    def _step(self) -> None:
        now = drill_now(self._orders)
        with override_settings(DATA_DIR=self._orders.data_dir or self.folder):
            try:
                if self._target is post.tick_and_post:
                    post.send_due(lambda: now)
                if self._target is full_disk.tick_on_a_small_disk:
                    full_disk.keep_to(self._orders.disk)
                tick(now=now)
            except DatabaseError:
                connection.close()


@contextmanager
def one_hand(*modules: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This will have the drills of those modules played by one hand, with the handlers that their processes have."""
    OneHand.folder = folder
    monkeypatch.setattr(engine, "APPLY_S", 0)
    for module in modules:
        monkeypatch.setattr(module, "Crew", OneHand)
    engine.register_note()
    engine.register_note(engine.SHORT_KIND, expires_after=engine.EXPIRES_AFTER)
    post.register_letter()
    try:
        yield
    finally:
        for kind in (engine.KIND, engine.SHORT_KIND, post.LETTER):
            forget(kind)


@contextmanager
def provider(weather: Weather, *, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Ledger]]:
    """This will have letters leave through the real client to a stand-in at the wire."""
    with fake_sendgrid(weather) as (base, ledger):
        monkeypatch.setitem(PROVIDERS, "sendgrid", lambda: SendGridProvider(deadline_s=DEADLINE_S))
        with override_settings(
            OUTBOUND="on",
            OUTBOUND_DOMAINS=[],
            MAIL_PROVIDER="sendgrid",
            SENDGRID_API_KEY="SG.drill",
            SENDGRID_API_BASE=base,
            ALLOW_LOOPBACK_VENDORS=True,
        ):
            yield base, ledger
