"""What else a list page can be asked: its orders, filters, searches and far pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.benchmarks.examples import Examples
from customers.queries.imports import KINDS
from journeys.queries.board import STATES
from renewals.enums import Stage
from renewals.queries.book_filter import NO_CONTRACT, NO_OWNER, RISKS, SORTS

FAR = 1_000_000
"""A page after the last shows the last."""
MIDDLE = 100
FOUND_NOWHERE = "zzyzx"


def queries_of(route: str, examples: Examples) -> list[str]:
    """This will give the queries that a page is measured with; without any, the page as it opens."""
    return list(LISTS[route](examples)) if route in LISTS else [""]


def _book(examples: Examples) -> Iterator[str]:
    yield ""
    for sort in (sign + name for name in SORTS for sign in ("", "-")):
        yield f"sort={sort}"
        yield f"sort={sort}&page={MIDDLE}"
        yield f"sort={sort}&page={FAR}"
    yield from (f"stage={code}" for code in (*Stage.values, NO_CONTRACT))
    yield from (f"risk={name}" for name in RISKS)
    yield from (f"owner={owner}" for owner in (examples.owner_id, NO_OWNER))
    yield f"segment={examples.customer.segment}"
    yield from (f"q={text}" for text in _searches(examples))
    yield from _combined(examples)


def _searches(examples: Examples) -> Iterator[str]:
    """By the beginning of a name, its middle, a whole name, a person, an address, an id, a letter, and in vain."""
    first, second, number = examples.customer.name.split()
    person = examples.person
    yield from (first, second[1:5], number, f"{first}+{second}", person.name.replace(" ", "+"), person.email)
    yield from (person.email.split("@")[1], str(examples.customer.external_id), "a", "%25", FOUND_NOWHERE)


def _combined(examples: Examples) -> Iterator[str]:
    first = examples.customer.name.split()[0]
    yield f"stage=engage&sort=-risk&page={FAR}"
    yield f"stage=monitor&segment={examples.customer.segment}&sort=increase"
    yield f"owner={examples.owner_id}&sort=-price&page={FAR}"
    yield f"risk=high&sort=waits&page={FAR}"
    yield f"segment={examples.customer.segment}&sort=action"
    yield f"q={first}&sort=-increase"
    yield f"q={first}&sort=action&risk=low"
    yield f"q={first}&stage=engage&sort=name"


def _lists(*queries: str) -> Callable[[Examples], Iterator[str]]:
    return lambda examples: iter(("", *queries))


LISTS: dict[str, Callable[[Examples], Iterator[str]]] = {
    "renewals:book": _book,
    "customers:account_activity": _lists(f"page={FAR}"),
    "customers:import_run": _lists(*(f"show={kind}" for kind, _ in KINDS), "q=bank", f"show=changed&page={FAR}"),
    "customers:merge": _lists("q=al", f"q={FOUND_NOWHERE}"),
    "customers:settings_people": _lists("q=al", f"q={FOUND_NOWHERE}", "state=active", f"page={FAR}"),
    "journeys:board": _lists(
        *(f"state={code}" for code in STATES), "q=bank", f"q={FOUND_NOWHERE}", "month=1", f"month=1&page={FAR}"
    ),
    "journeys:log": _lists("type=SEND_REMINDER", "status=FAILED", "q=bank", f"q={FOUND_NOWHERE}", f"page={FAR}"),
    "emails:mailbox": _lists("q=bank", "q=renewal", "q=bench.example", f"q={FOUND_NOWHERE}", "page=100", f"page={FAR}"),
    "outreach:opportunities": _lists("stage=all", "stage=won", f"stage=all&page={FAR}"),
    "renewals:engage_step": _lists("show=csm", "show=ai"),
}
