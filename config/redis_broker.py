"""Celery's Redis, where a line that was given up is a lost line and does not end the worker.

kombu 5.7.0 lets the connection go before it closes the channel. Where a message was being worked on when Redis died,
the channel then asks for a line once more, and the AttributeError that it meets ends the worker; an error of the
connection is passed over, as it is meant to be. `manage.py drill redis` sees the difference.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as LineLost


class Channel(redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection.client is None:
            raise LineLost("The connection was given up.")
        parameters: dict[str, Any] = super()._connparams(asynchronous=asynchronous)
        return parameters


class Transport(redis.Transport):
    Channel = Channel
