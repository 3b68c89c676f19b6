"""Kept answers that name somebody: sealed, so that no search in the table finds the words."""

from __future__ import annotations

from collections.abc import Sequence

from customers.models import IdempotentCall
from customers.rules.persons import blank_bytes
from customers.rules.wiping import wipe_bytes
from customers.services.kept_answers import open_answer, seal_answer


def wipe_calls(terms: Sequence[str]) -> int:
    """This will take whoever is named out of the answers kept for repeats, and give how many those were.

    A repeat is answered as before, without what was said of them.
    """
    if not terms:
        return 0
    kept = IdempotentCall.objects.exclude(body=b"").only("pk", "body").iterator(chunk_size=200)
    named = {call.pk: body for call in kept if wipe_bytes(body := open_answer(call), terms) != body}
    for pk, body in named.items():
        IdempotentCall.objects.filter(pk=pk).update(body=seal_answer(blank_bytes(body, terms)))
    return len(named)
