"""What every drill stands on: a scratch database, letters that are approved, a clock that can be put forward."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time

from django.test.utils import override_settings

from config.drills.blank import empty_database
from config.settings.services import cache_settings
from customers.models import Customer, Stakeholder, Team, User, WorkspaceSettings
from emails.models import Draft
from emails.services.drafts import compose_draft
from emails.services.sending import send

TEXT = "Hello,\n\nshall we talk about the coming year next week?\n\nKind regards"


@contextmanager
def drill_ground() -> Iterator[None]:
    """This will switch to an empty database, and keep this installation's workers, marks and Redis out of it."""
    with (
        tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder,
        override_settings(
            ALLOWED_HOSTS=["*"],
            OUTBOUND="off",
            MAIL_PROVIDER="capture",
            DATA_DIR=folder,
            CACHES={"default": cache_settings("")},
        ),
        empty_database(),
    ):
        silence_doorbells()
        # Refusals are what a drill is after: it counts them, a line for each would bury its own.
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def silence_doorbells() -> None:
    """This will keep rings within this process: the rows are looked at by the drill itself."""
    from config.celery import app

    app.conf.update(broker_url="memory://", task_always_eager=False)


def make_team() -> User:
    """This will make a lead who may approve everything, and a workspace that sends at any hour and without a cap."""
    WorkspaceSettings.objects.update_or_create(
        defaults={
            "window_start": time(0, 0),
            "window_end": time(23, 59),
            "working_days": list(range(7)),
            "contact_cap": 10_000,
            "account_cap": 10_000,
            "undo_seconds": 0,
        }
    )
    team = Team.objects.create(name="Drill")
    return User.objects.create(
        username="drill", first_name="Dana", last_name="Drill", email="dana@drill.example", role="lead", team=team
    )


def make_account(number: int, *, owner: User) -> Stakeholder:
    """This will make an account in UTC with one person."""
    customer = Customer.objects.create(
        name=f"Drill {number}", external_id=f"drill-{number}", owner=owner, timezone="UTC"
    )
    return Stakeholder.objects.create(
        customer=customer, name=f"Person {number}", email=f"p{number}@drill.example", roles=["champion"]
    )


def write_letter(person: Stakeholder, *, by: User, now: datetime) -> Draft:
    """This will write a letter without figures, so that nothing but a yes is missing."""
    return compose_draft(
        customer=person.customer, stakeholder=person, sender=by, subject="The coming year", body=TEXT, now=now, by=by
    )


def queue_letters(count: int, *, by: User, now: datetime) -> list[Draft]:
    """This will approve and queue `count` letters, each to another account."""
    drafts = []
    for number in range(count):
        draft = write_letter(make_account(number, owner=by), by=by, now=now)
        drafts.append(send(draft, version=draft.version, now=now, by=by))
    return drafts
