"""Tell the apps on the left that rows of theirs have moved, for what shows them elsewhere."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from journeys.registry import find_handler


def tell_moved(rows: Iterable[tuple[str, UUID]], *, now: datetime) -> None:
    """This will hand each handler the ids of its rows that have moved. rows: kind and id of each.

    Must be called inside the transaction that moved them.
    """
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for kind, pk in rows:
        by_kind[kind].append(pk)
    for kind, ids in by_kind.items():
        handler = find_handler(kind)
        if handler is not None and handler.after is not None:
            handler.after(ids, now)
