"""Have PostgreSQL find rows one after the other by the index of what is to come, however many it thinks there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

READS_ALL = ("hashjoin", "mergejoin", "material", "seqscan", "bitmapscan", "sort")
"""Ways that look at every row before they give the first. Where nothing else fits the planner takes them even so."""
ONE_BY_ONE = "; ".join(f"SET LOCAL enable_{way} = off" for way in READS_ALL)
AS_IT_IS = "SELECT " + ", ".join(f"current_setting('enable_{way}')" for way in READS_ALL)
AS_IT_WAS = "SELECT " + ", ".join(f"set_config('enable_{way}', %s, true)" for way in READS_ALL)


@contextmanager
def one_by_one() -> Iterator[None]:
    """This will have the queries inside go line by line through `PendingAutomation`, each row by its key.

    Left alone, the planner joins to the automations as a whole as long as these are few (100,000), and asks of each
    whether a hold or a brake keeps it back: 0.3 s for a batch. SQLite goes line by line by itself.
    """
    if connection.vendor != "postgresql":
        yield
        return
    is_inside = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if is_inside:
            cursor.execute(AS_IT_IS)
        was = cursor.fetchone() if is_inside else ()
        cursor.execute(ONE_BY_ONE)
        yield
        if is_inside:
            cursor.execute(AS_IT_WAS, was)
