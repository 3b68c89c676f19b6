"""One call over HTTP to a vendor, under our own rules. The only file that imports `requests`.

The package follows redirects with the key in hand, reads proxies and keys from the machine, has no total deadline and
reads answers of any size; all of it is seen to here. Nothing of a call is logged.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.deadline import DEADLINE_S, Attempt, run_within, unanswered
from customers.clients.peers import check_peer
from customers.rules.bases import refuse_base
from customers.rules.retry_after import read_retry_after

CONNECT_TIMEOUT_S = 5.0
LARGEST_ANSWER = 1024 * 1024
CHUNK = 64 * 1024
LONGEST_REASON = 300


@dataclass(frozen=True)
class Vendor:
    """Who is called, for the words of an error. setting: the variable that holds the address."""

    name: str
    setting: str


@dataclass(frozen=True)
class Answer:
    """What the vendor answered, of whatever status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Give the body as JSON. Raises ValueError."""
        try:
            return json.loads(self.body.decode())
        except RecursionError:
            raise ValueError("nested too deeply") from None


@dataclass(frozen=True)
class Call:
    """One request. effect: what a second one like it would do. largest: of the answer, in bytes.

    is_cut: a longer answer is taken so far, and no error. find_address: gives the address of the network that is called
    in place of what the name leads to by then; may raise NotAccepted.
    """

    method: str
    url: str
    effect: Effect
    headers: Mapping[str, str]
    data: bytes | Mapping[str, str] | None = None
    body: Any = None
    query: Mapping[str, str] | None = None
    largest: int = LARGEST_ANSWER
    is_cut: bool = False
    find_address: Callable[[str], str] | None = None


def place_call(call: Call, *, vendor: Vendor, deadline_s: float = DEADLINE_S) -> Answer:
    """Make the call and give whatever is answered. Raises NotAccepted, MaybeAccepted where nothing good came back."""
    if refusal := refuse_base(call.url, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
        raise NotAccepted(f"{vendor.setting}: {refusal}", can_retry=False)
    return run_within(
        lambda attempt: _exchange(call, vendor, attempt, deadline_s),
        seconds=deadline_s,
        whom=vendor.name,
        effect=call.effect,
    )


def failure_of(
    answer: Answer, *, vendor: Vendor, effect: Effect, now: datetime, said: str = "", code: str = ""
) -> NotAccepted | MaybeAccepted:
    """Give the error for an answer that is not the wanted one. said: the vendor's own words."""
    reason = f"{vendor.name} answered {answer.status}"
    if answer.status >= 500:
        return unanswered(reason, effect)
    if 300 <= answer.status < 400:
        return NotAccepted(f"{reason}, which points elsewhere: check {vendor.setting}.", can_retry=False)
    words = " ".join(said.split())[:LONGEST_REASON]
    return NotAccepted(
        f"{reason}{': ' + words if words else '.'}",
        can_retry=answer.status in (401, 429),
        retry_after_s=read_retry_after(answer.headers.get("Retry-After", ""), now=now),
        code=code[:80],
    )


def unreadable(vendor: Vendor, effect: Effect) -> NotAccepted | MaybeAccepted:
    """Give the error for a good status with a body of another shape than documented: it was done all the same."""
    return unanswered(f"{vendor.name}'s answer could not be read", effect)


def _exchange(call: Call, vendor: Vendor, attempt: Attempt, deadline_s: float) -> Answer:
    address = call.find_address(call.url) if call.find_address else ""
    session = requests.Session()
    # Neither a proxy nor a key of the machine's own (.netrc) has a part in this.
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Line(attempt, vendor.setting, address))
    try:
        with (
            session,
            session.request(
                call.method,
                call.url,
                params=dict(call.query or {}),
                data=call.data,
                json=call.body,
                headers={"Accept-Encoding": "identity", **call.headers},
                timeout=(min(CONNECT_TIMEOUT_S, deadline_s), deadline_s),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return Answer(response.status_code, response.headers, _read(response, call, vendor))
    except (requests.RequestException, HTTPError, OSError) as error:
        what = f"{type(error).__name__}"
        if attempt.may_have_left:
            raise unanswered(f"No answer from {vendor.name} ({what})", call.effect) from None
        raise NotAccepted(f"{vendor.name} could not be reached ({what}).", can_retry=True) from None
    except ValueError as error:
        # A key with a letter that no header takes. The error holds the key: it goes no further.
        if attempt.may_have_left:
            raise unanswered(f"No answer from {vendor.name} ({type(error).__name__})", call.effect) from None
        raise NotAccepted(f"The call to {vendor.name} cannot be written: check its key.", can_retry=False) from None


def _read(response: requests.Response, call: Call, vendor: Vendor) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(CHUNK):
        size += len(chunk)
        if size > call.largest and call.is_cut:
            return b"".join([*chunks, chunk])[: call.largest]
        if size > call.largest:
            raise unanswered(f"{vendor.name}'s answer is too long to be one", call.effect)
        chunks.append(chunk)
    return b"".join(chunks)


def _reach(address: str, line: HTTPConnection) -> socket.socket:
    return create_connection((address, line.port), line.timeout, socket_options=line.socket_options)


class _Line(HTTPAdapter):
    """Goes straight to the address it is given, once, and tells the attempt when the line is open."""

    def __init__(self, attempt: Attempt, setting: str, address: str = "") -> None:
        self._attempt, self._setting, self._address = attempt, setting, address
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        attempt, setting, address = self._attempt, self._setting, self._address

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _reach(address, self) if address else super()._new_conn()

            def connect(self) -> None:
                super().connect()
                check_peer(self.sock, setting=setting)
                attempt.begin(self.sock)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                # The name is still the one that the certificate must show.
                return _reach(address, self) if address else super()._new_conn()

            def connect(self) -> None:
                super().connect()
                check_peer(self.sock, setting=setting)
                attempt.begin(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
