"""What journeys do about news: ring for the workers, write to whom could not be written to, keep the triggers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver
from django.utils import timezone

from customers.services import kept_sums
from customers.signals import book_imported, stakeholder_reachable
from journeys.queries.board_sums import BOARD
from journeys.services.board_sums import WATCHED
from journeys.services.lateness import drop_triggers, keep_lateness
from journeys.services.pending_lines import drop_pending_triggers, keep_pending
from journeys.services.unaddressed import write_unaddressed
from journeys.signals import deliverable_asked, simulation_asked
from journeys.tasks import play_simulations, write_deliverables


@receiver(deliverable_asked, dispatch_uid="journeys.ring_for_deliverables")
def ring_for_deliverables(sender: object, **_: Any) -> None:
    write_deliverables.delay()


@receiver(stakeholder_reachable, dispatch_uid="journeys.write_to_new_contact")
def write_to_new_contact(sender: object, customer_id: UUID, **_: Any) -> None:
    write_unaddressed([customer_id], now=timezone.now())


@receiver(book_imported, dispatch_uid="journeys.write_to_imported_contacts")
def write_to_imported_contacts(sender: object, customer_ids: Iterable[UUID], **_: Any) -> None:
    write_unaddressed(list(customer_ids), now=timezone.now())


@receiver(simulation_asked, dispatch_uid="journeys.ring_for_simulations")
def ring_for_simulations(sender: object, **_: Any) -> None:
    play_simulations.delay()


@receiver(pre_migrate, dispatch_uid="journeys.tables_may_be_made_again")
def tables_may_be_made_again(sender: Any, using: str, **_: Any) -> None:
    if sender.label == "journeys":
        drop_triggers(connections[using])
        kept_sums.drop_triggers(connections[using], BOARD, WATCHED)
        drop_pending_triggers(connections[using])


@receiver(post_migrate, dispatch_uid="journeys.database_keeps_what_many_change")
def database_keeps_what_many_change(sender: Any, using: str, **_: Any) -> None:
    if sender.label == "journeys":
        keep_lateness(connections[using])
        kept_sums.keep_sums(connections[using], BOARD, WATCHED)
        keep_pending(connections[using])
