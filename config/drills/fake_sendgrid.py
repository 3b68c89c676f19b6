"""A stand-in for SendGrid at the wire, on this machine: it answers, refuses, breaks and hangs, and remembers."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emails.providers.sendgrid import DRAFT_ARG


@dataclass(frozen=True)
class Weather:
    """How often it misbehaves. hang: accepts and says nothing; broken: 500, half of them after it accepted."""

    hang: float = 0.03
    broken: float = 0.05
    too_many: float = 0.05
    latency_s: float = 0.03
    hang_s: float = 4.0


@dataclass
class Ledger:
    """What it really did. accepted: letter → the ids it gave; unanswered: letters whose sender cannot know.

    parcels: how many it took for each address, whichever letter they were.
    """

    accepted: dict[str, list[str]] = field(default_factory=dict)
    parcels: Counter[str] = field(default_factory=Counter)
    unanswered: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, letter: str, how: str, *, takes: bool, answers: bool, address: str = "") -> str:
        """This will write one call down and give the message's id."""
        message = uuid4().hex
        with self.lock:
            self.seen.add(letter)
            self.answers[how] += 1
            if takes:
                self.accepted.setdefault(letter, []).append(message)
                self.parcels[address] += 1
            if not answers:
                self.unanswered.add(letter)
        return message


@contextmanager
def fake_sendgrid(weather: Weather, *, seed: int = 1) -> Iterator[tuple[str, Ledger]]:
    """This will serve on a free port of this machine and give its base address and its ledger."""
    ledger, luck = Ledger(), random.Random(seed)  # noqa: S311  # weather, no secret
    luck_lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            letter = body["personalizations"][0]["custom_args"][DRAFT_ARG]
            address = body["personalizations"][0].get("to", [{"email": ""}])[0]["email"]
            with luck_lock:
                roll, takes = luck.random(), luck.random() < 0.5
            time.sleep(weather.latency_s)
            if roll < weather.hang:
                ledger.note(letter, "hang", takes=True, answers=False, address=address)
                time.sleep(weather.hang_s)
                self.close_connection = True
            elif roll < weather.hang + weather.broken:
                ledger.note(letter, "500", takes=takes, answers=False, address=address)
                self._answer(500, {"errors": [{"message": "internal error"}]})
            elif roll < weather.hang + weather.broken + weather.too_many:
                ledger.note(letter, "429", takes=False, answers=True)
                self._answer(429, {"errors": [{"message": "too many requests"}]})
            else:
                message = ledger.note(letter, "202", takes=True, answers=True, address=address)
                self._answer(202, None, message=message)

        def _answer(self, status: int, body: Any, *, message: str = "") -> None:
            raw = json.dumps(body).encode() if body is not None else b""
            try:
                self.send_response(status)
                if message:
                    self.send_header("X-Message-Id", message)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:  # the worker that asked was killed
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Keep still: the drill prints JSON."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", ledger
    finally:
        server.shutdown()
        server.server_close()


class EventSigner:
    """SendGrid's key for its events, made for one drill."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_key = base64.b64encode(public).decode()

    def sign(self, raw: bytes, timestamp: str) -> str:
        return base64.b64encode(self._key.sign(timestamp.encode() + raw, ec.ECDSA(hashes.SHA256()))).decode()


def write_event(letter: str, message: str, kind: str, at: float, **more: Any) -> dict[str, Any]:
    """This will write one event as it is delivered."""
    return {
        "email": "somebody@drill.example",
        "timestamp": int(at),
        "event": kind,
        "sg_event_id": uuid4().hex,
        "sg_message_id": f"{message}.recvd-5d6d7c9b6-xkq2x-1-65E5F1A1-3B.0",
        "smtp-id": f"<{message}@geopod-ismtpd-1>",
        DRAFT_ARG: letter,
        **more,
    }
