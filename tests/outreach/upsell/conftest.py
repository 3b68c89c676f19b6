"""The account of the spec's example: 12345, trade_volume, near its limit, with a person who may be written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import pytest
import time_machine

from customers.models import Activity, Customer, User, WorkspaceSettings
from emails.models import Draft
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send
from outreach.enums import AutomationLevel
from outreach.models import OutreachSettings, UpsellRun
from outreach.services.upsell import stepping
from tests import factories
from tests.conftest import NOW
from tests.outreach.alert_calls import SECRET, alert_body
from tests.outreach.alert_calls import send as call_webhook
from tests.outreach.expanding import grow, use

Commit = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def _door(settings: Any, db: None) -> None:
    settings.USAGE_ALERT_SECRETS = [SECRET]
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Commit:
    """What happens inside is committed, and its news is heard at that moment."""

    @contextmanager
    def committed(at: datetime = NOW) -> Iterator[None]:
        with time_machine.travel(at, tick=False), django_capture_on_commit_callbacks(execute=True):
            yield

    return committed


@pytest.fixture
def account(csm: User, now: datetime) -> Customer:
    return make_account(csm, now=now)


def make_account(owner: User, *, now: datetime, external_id: str = "12345", timezone: str = "UTC") -> Customer:
    customer: Customer = factories.CustomerFactory.create(
        name="Acme Trading", external_id=external_id, owner=owner, timezone=timezone, country="US"
    )
    factories.StakeholderFactory.create(
        customer=customer, name="Jennifer Park", email=f"jennifer@{external_id}.example", primary=True
    )
    grow(customer, now=now)
    use(customer, "trade_volume", 90, 140, limit=100, now=now)
    return customer


def allow_full(by: User, *, now: datetime) -> None:
    """Ops switch full automation on, on record."""
    OutreachSettings.objects.update_or_create(pk=1, defaults={"upsell_ceiling": AutomationLevel.FULL})
    Activity.objects.create(
        verb="upsell.full_allowed", summary="Runs may go as far as full", actor=by, actor_name="Olga", at=now
    )


@pytest.fixture
def alert(commit: Commit, now: datetime) -> Callable[..., UpsellRun]:
    """A signed alert comes in and is decided on; gives its run, which has not taken a step yet."""
    from outreach.services import alerts

    def come(at: datetime = now, *, webhook_id: str = "msg_1", **data: Any) -> UpsellRun:
        with time_machine.travel(at, tick=False):
            assert call_webhook(alert_body(**data), at, webhook_id=webhook_id).status_code == 200
        with commit(at):
            alerts.apply_due(now=at)
        run: UpsellRun = UpsellRun.objects.get(event_id=data.get("eventId", "high-volume-alert-001"))
        return run

    return come


@pytest.fixture
def move(commit: Commit, now: datetime) -> Callable[..., UpsellRun]:
    """Ring for the runs; gives the run anew."""

    def ring(run: UpsellRun, at: datetime = now) -> UpsellRun:
        with commit(at):
            stepping.sweep(at)
        return fresh(run)

    return ring


@pytest.fixture
def send_mail(commit: Commit, now: datetime) -> Callable[..., Draft]:
    """A person approves the run's mail, and it leaves."""

    def go(run: UpsellRun, by: User, at: datetime = now) -> Draft:
        draft = mail_of(run)
        with commit(at):
            send(draft, version=draft.version, now=at, by=by)
        with commit(at):
            outbox.deliver(draft.pk, now=at)
        return reload(draft)

    return go


def fresh(run: UpsellRun) -> UpsellRun:
    found: UpsellRun = UpsellRun.objects.get(pk=run.pk)
    return found


def mail_of(run: UpsellRun) -> Draft:
    found: Draft = Draft.objects.with_people().get(upsell_introduction__run=run)
    return found


def states(run: UpsellRun) -> dict[str, str]:
    return dict(run.steps.order_by("position").values_list("name", "state"))
