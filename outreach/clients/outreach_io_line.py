"""The line to Outreach.io: one call under its rules, pages followed at our own address alone.

Source: Outreach, "Making requests": JSON:API with its content type on every request; "Pagination": `links.next` is an
absolute address, which is read for its query and never followed as it stands: the token would go wherever it leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from customers.clients.base import Effect, NotAccepted
from customers.clients.wire import LARGEST_ANSWER, Answer, Call, unreadable
from outreach.clients.outreach_io_errors import API, error_of
from outreach.rules.outreach_io.limits import Limits, read_limits

CONTENT_TYPE = "application/vnd.api+json"
LARGEST_PAGE = 8 * LARGEST_ANSWER
PAGE_SIZE = 250
MOST_PAGES = 10_000
A_WHILE = timedelta(minutes=1)
"""So long nobody calls after a 429 that names no moment."""

REAL_HOST = "api.outreach.io"
"""Stands in the links also of a server that speaks for it; only the query is taken over."""

T = TypeVar("T")


class Access(Protocol):
    """What stands behind every call: the moment, the token, and how many calls are left."""

    def now(self) -> datetime: ...

    def token(self) -> str:
        """This will give a token that works. Raises NotConnected, NotAccepted."""

    def renewed(self, refused: str) -> str:
        """This will give another token than the refused one. Raises NotConnected, NotAccepted."""

    def spend(self) -> None:
        """This will count one call. Raises RateLimited when none is left."""

    def hear(self, limits: Limits, *, blocked_until: datetime | None) -> None:
        """This will keep what an answer said of the limit, and until when nobody may call."""


@dataclass
class Line:
    """Calls Outreach.io. send: `place_call`, or what stands in for it. calls: how many were made."""

    base: str
    send: Callable[[Call], Answer]
    access: Access
    calls: int = 0

    def ask(
        self,
        method: str,
        path: str,
        *,
        effect: Effect,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """This will make one call and give any answer; a refused token is renewed once, for then nothing was done."""
        token = self.access.token()
        answer = self._send(method, path, effect, query, body, token)
        if answer.status == 401:
            answer = self._send(method, path, effect, query, body, self.access.renewed(token))
        return answer

    def get(self, path: str, *, read: Callable[[Any], T]) -> T:
        """This will read one thing. Raises NotAccepted; Gone where it is not there."""
        answer = self.ask("GET", path, effect=Effect.READ)
        self.check(answer, effect=Effect.READ)
        return self.read(answer, lambda body: read(body["data"]), effect=Effect.READ)

    def pages(self, path: str, *, query: Mapping[str, str], read: Callable[[Any], T]) -> Iterator[tuple[T, ...]]:
        """This will read a list page by page. Raises NotAccepted, also for a next page at another host."""
        asked = {"page[size]": str(PAGE_SIZE), **query}
        for _ in range(MOST_PAGES):
            answer = self.ask("GET", path, effect=Effect.READ, query=asked)
            self.check(answer, effect=Effect.READ)
            yield self.read(answer, lambda body: tuple(read(row) for row in body["data"]), effect=Effect.READ)
            following = self.read(answer, _next_link, effect=Effect.READ)
            if not following:
                return
            then = self._query_of(following, path)
            if then == asked:
                return
            asked = then

    def all(self, path: str, *, query: Mapping[str, str], read: Callable[[Any], T]) -> tuple[T, ...]:
        """This will read a list whole."""
        return tuple(row for page in self.pages(path, query=query, read=read) for row in page)

    def check(self, answer: Answer, *, effect: Effect) -> None:
        """Raise NotAccepted or MaybeAccepted unless the answer is a good one."""
        if not answer.is_good:
            raise error_of(answer, effect=effect, now=self.access.now())

    def read(self, answer: Answer, take: Callable[[Any], T], *, effect: Effect) -> T:
        """This will read the body. A good status with another shape was done all the same."""
        try:
            return take(answer.json())
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
            raise unreadable(API, effect) from None

    def _send(
        self, method: str, path: str, effect: Effect, query: Mapping[str, str] | None, body: Any, token: str
    ) -> Answer:
        self.access.spend()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE}
        call = Call(method, self.base + path, effect, headers, body=body, query=query, largest=LARGEST_PAGE)
        self.calls += 1
        answer = self.send(call)
        limits = read_limits(answer.headers, now=self.access.now())
        # A 503 that names no moment is a fault like any other, and stops nobody else.
        blocked_until = limits.go_on_at if answer.status == 503 else None
        if answer.status == 429:
            blocked_until = limits.when_to_go_on() or self.access.now() + A_WHILE
        self.access.hear(limits, blocked_until=blocked_until)
        return answer

    def _query_of(self, link: str, path: str) -> dict[str, str]:
        """This will give the query of the next page, to be asked at our own base. Raises NotAccepted for another's."""
        following, home = urlsplit(link), urlsplit(self.base)
        hosts = (None, _host(home), (REAL_HOST, None))
        if _host(following) not in hosts or not following.path.rstrip("/").endswith(path):
            raise NotAccepted(
                "Outreach.io's next page leads to another address, which is not followed.", can_retry=False
            )
        return dict(parse_qsl(following.query, keep_blank_values=True))


def _host(parts: SplitResult) -> tuple[str, int | None] | None:
    if not parts.hostname:
        return None
    port = parts.port
    return parts.hostname, None if port in (80, 443) else port


def _next_link(body: Any) -> str:
    links = body.get("links") or {}
    value = links.get("next") or ""
    if isinstance(value, dict):
        value = value.get("href") or ""
    if not isinstance(value, str):
        raise ValueError("no link")
    return value
