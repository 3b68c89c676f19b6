"""A process of a drill that ticks and sends: rows that write letters, letters that leave through the real client.

Imports nothing of Django before it has set it up: it starts from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from config.drills.engine import go_on_ticking, load_dues, register_note, set_up
from config.drills.sender import Orders, drill_now, use_provider

LETTER = "drill.letter"
LEASE_S = 5.0
"""How long a claim stands at least, by the watch: where the clock runs fast, two minutes of it are over at once."""


def tick_and_post(orders: Orders) -> None:
    """This will tick, and send what is due in between, as beat's two rings do."""
    set_up(orders)
    use_provider(orders.provider_base)
    register_note()
    register_letter()
    stretch_leases(orders.speed)
    go_on_ticking(orders, before=lambda: send_due(partial(drill_now, orders)))


def send_due(clock: Callable[[], datetime]) -> None:
    """This will do what `journeys.tasks.send_due` does, by the drill's clock."""
    from emails.services import outbox
    from journeys.services.restoring import is_clock_trusted

    now = clock()
    if is_clock_trusted(now=now, clock=clock):
        outbox.send_due(now=now)


def register_letter() -> None:
    """This will have the clock write, approve and queue a letter for each row of its kind."""
    from journeys.registry import Handler, register_handler
    from journeys.rules.automations import Do, Due

    def decide(due: Due, now: datetime) -> Do:
        return Do("Written", (due,))

    register_handler(Handler(kind=LETTER, load=load_dues, decide=decide, apply=write_letters))


def write_letters(dues: Sequence[Any], now: datetime) -> None:
    from config.drills.ground import write_letter
    from customers.models import Stakeholder
    from emails.services.sending import send

    people = Stakeholder.objects.filter(customer__in=[due.customer_id for due in dues])
    for person in people.select_related("customer__owner"):
        owner = person.customer.owner
        assert owner is not None
        draft = write_letter(person, by=owner, now=now)
        send(draft, version=draft.version, now=now, by=owner)


def stretch_leases(speed: float) -> None:
    """This will have a claim outlive the work on it, as it does where a second takes a second.

    Two ticks that overlap by a moment are no clock that went back either, however much of the day the moment takes.
    """
    import customers.base
    import journeys.rules.restoring
    import journeys.services.claiming

    least = timedelta(seconds=LEASE_S * speed) if speed > 1 else timedelta(0)
    customers.base.LEASE = max(customers.base.LEASE, least)
    journeys.services.claiming.LEASE = max(journeys.services.claiming.LEASE, least)
    journeys.rules.restoring.MAY_GO_BACK = max(journeys.rules.restoring.MAY_GO_BACK, least)
