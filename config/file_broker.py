"""Kombu's broker of files, for readers that look while a message is being written.

Kombu writes a message under the name by which it is found. A worker that comes between the two, or after a writer was
killed there, reads half a message and dies of it, and the third death ends `manage.py serve`.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

import structlog
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """Messages appear whole or not at all; what is no message is taken away and told of."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        # A name that starts with a dot is of no queue.
        aside = folder / f".{name}"
        aside.write_bytes(str_to_bytes(dumps(payload)))
        aside.replace(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        while True:
            try:
                message = super()._get(queue)
            except Empty:
                raise
            except ValueError as error:
                log.warning("message_unreadable", queue=queue, error=type(error).__name__)
                continue
            if isinstance(message, dict) and "properties" in message:
                return message
            log.warning("message_unreadable", queue=queue, error=type(message).__name__)


class Transport(filesystem.Transport):
    Channel = Channel
