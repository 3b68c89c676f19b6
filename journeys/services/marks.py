"""The high-water mark of the clock outside the database: in a file of this machine, and in Redis where there is one.

A backup that is restored brings an old database; the marks stay what they were. Losing one loses a witness, no data.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache

from journeys.rules.restoring import Mark

FILE = "clock_mark"
KEY = "journeys.clock_mark.{}"

log = structlog.get_logger(__name__)


def read_marks(database: UUID) -> list[Mark]:
    """This will give the marks that can be read; one that cannot is left out and said in the log."""
    found = [_parse(text) for text in (_read_file(), _read_redis(database)) if text]
    return [mark for mark in found if mark is not None and mark.database == database]


def write_mark(mark: Mark) -> None:
    """This will keep the mark wherever it can be kept. Called after the database has it, never before."""
    text = json.dumps({"database": str(mark.database), "epoch": mark.epoch, "at": mark.at.isoformat()})
    path = _path()
    try:
        # Replaced whole, so that whoever reads sees the old one or the new one.
        fresh = path.with_name(f"{FILE}.{mark.database.hex[:8]}.new")
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        log.warning("clock_mark_not_kept", where="file", error=type(error).__name__)
    if _has_redis():
        try:
            cache.set(KEY.format(mark.database), text, timeout=None)
        except Exception as error:  # each client has errors of its own
            log.warning("clock_mark_not_kept", where="redis", error=type(error).__name__)


def _read_file() -> str:
    try:
        return _path().read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("clock_mark_not_read", where="file", error=type(error).__name__)
        return ""


def _read_redis(database: UUID) -> str:
    if not _has_redis():
        return ""
    try:
        return str(cache.get(KEY.format(database), ""))
    except Exception as error:  # each client has errors of its own
        log.warning("clock_mark_not_read", where="redis", error=type(error).__name__)
        return ""


def _parse(text: str) -> Mark | None:
    try:
        read = json.loads(text)
        return Mark(UUID(str(read["database"])), int(read["epoch"]), datetime.fromisoformat(read["at"]))
    except (ValueError, KeyError, TypeError):
        log.warning("clock_mark_not_understood")
        return None


def _path() -> Path:
    return Path(settings.DATA_DIR) / FILE


def _has_redis() -> bool:
    return "redis" in settings.CACHES["default"]["BACKEND"]
