"""How far the chain over the record goes, kept outside the database: in a file of this machine, and in Redis.

A chain whose end was cut off in the database is found by it. Signed with the workspace's key. Losing one loses a
witness, no data.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.core.cache import cache

from customers.services.digests import keyed_digest

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Head:
    """The last link: its number, 0 before the first, and its digest."""

    number: int
    digest: str


def read_heads() -> list[Head]:
    """This will give what can be read of them; one that cannot is left out and said in the log."""
    found = [_parse(text) for text in (_read_file(), _read_redis()) if text]
    return [head for head in found if head is not None]


def furthest_head() -> Head | None:
    return max(read_heads(), key=lambda head: head.number, default=None)


def keep_head(head: Head, *, is_shorter: bool = False) -> None:
    """This will keep the head outside, once the database has it; one further on stays unless `is_shorter`."""
    known = furthest_head()
    if known is not None and known.number > head.number and not is_shorter:
        log.error("record_is_shorter_than_it_was", had=known.number, has=head.number)
        return
    text = json.dumps({"number": head.number, "digest": head.digest, "signed": _sign(head)})
    path = _path()
    try:
        # Replaced whole, so that whoever reads sees the old one or the new one.
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        log.warning("record_head_not_kept", where="file", error=type(error).__name__)
    if _has_redis():
        try:
            cache.set(_key(), text, timeout=None)
        except Exception as error:  # each client has errors of its own
            log.warning("record_head_not_kept", where="redis", error=type(error).__name__)


def _read_file() -> str:
    try:
        return _path().read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("record_head_not_read", where="file", error=type(error).__name__)
        return ""


def _read_redis() -> str:
    if not _has_redis():
        return ""
    try:
        return str(cache.get(_key(), ""))
    except Exception as error:  # each client has errors of its own
        log.warning("record_head_not_read", where="redis", error=type(error).__name__)
        return ""


def _parse(text: str) -> Head | None:
    try:
        read = json.loads(text)
        head = Head(int(read["number"]), str(read["digest"]))
        is_ours = hmac.compare_digest(str(read["signed"]), _sign(head))
    except (ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        log.warning("record_head_not_understood")
        return None
    return head


def _sign(head: Head) -> str:
    return keyed_digest("record.head", f"{head.number}\0{head.digest}").hex()


def _chain() -> str:
    """Which workspace's chain it is: several may keep theirs in one folder."""
    return keyed_digest("record.chain", "").hex()[:16]


def _key() -> str:
    return f"customers.record_head.{_chain()}"


def _path() -> Path:
    return Path(settings.DATA_DIR) / f"record_head.{_chain()}"


def _has_redis() -> bool:
    return "redis" in settings.CACHES["default"]["BACKEND"]
