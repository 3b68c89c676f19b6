"""The broker of files: a message is read whole, and what is none kills no worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from config.file_broker import Transport
from config.settings.services import broker_settings

MESSAGE = {"body": "x", "properties": {"delivery_tag": "1"}}


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    settings = broker_settings("", tmp_path)
    with Connection(
        settings["CELERY_BROKER_URL"],
        transport=settings["CELERY_BROKER_TRANSPORT"],
        transport_options=settings["CELERY_BROKER_TRANSPORT_OPTIONS"],
    ) as connection:
        assert isinstance(connection.transport, Transport)
        yield connection.channel()


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "broker" / "queue"


def test_messages_are_read_once_in_their_order(channel: Any, queue: Path) -> None:
    channel._put("desk", MESSAGE)
    channel._put("desk", {**MESSAGE, "body": "y"})

    assert [channel._get("desk")["body"] for _ in range(2)] == ["x", "y"]
    assert list(queue.iterdir()) == []
    with pytest.raises(Empty):
        channel._get("desk")


def test_message_that_is_being_written_is_not_there_yet(
    channel: Any, monkeypatch: pytest.MonkeyPatch, queue: Path
) -> None:
    seen: list[str] = []
    replace = Path.replace

    def look_first(self: Path, target: Path) -> Path:
        with pytest.raises(Empty):
            channel._get("desk")
        seen.extend(path.name for path in queue.iterdir())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", look_first)
    channel._put("desk", MESSAGE)

    assert len(seen) == 1
    assert channel._get("desk") == MESSAGE


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"{}"])
def test_what_is_no_message_is_taken_away_and_the_next_one_read(channel: Any, queue: Path, content: bytes) -> None:
    (queue / "00000000000000000000_a.desk.msg").write_bytes(content)
    channel._put("desk", MESSAGE)

    assert channel._get("desk") == MESSAGE
    assert list(queue.iterdir()) == []
