"""One filling of the database for all of these tests; each cell of the matrix is undone by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.template.base import Template

from tests.rights.world import World, make_world


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    logging.disable(logging.CRITICAL)  # refusals say so in the log
    with django_db_blocker.unblock(), transaction.atomic():
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        yield make_world()
        transaction.set_rollback(True)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages answer without being painted: who is let in is decided before."""
    monkeypatch.setattr(Template, "_render", lambda self, context: "")
