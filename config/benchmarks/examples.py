"""What an address of the desk is filled in with: rows of a benchmark's book that exist and have something to show."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from customers.enums import ImportState, MeetingState, Role, Scope, TodoState
from customers.models import (
    Absence,
    ApiToken,
    Customer,
    Hold,
    ImportRun,
    Invitation,
    Meeting,
    SavedView,
    Stakeholder,
    Todo,
    UsageSource,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from customers.registry.panels import list_panels
from emails.models import Attachment, CapturedMail, Draft, DraftVersion, Reply
from emails.queries.footers import make_token
from journeys.actions import ACTIONS as JOURNEY_ACTIONS
from journeys.actions import BULK_ACTIONS
from journeys.models import AutomationSchedule, JourneyChange, PortalLink, SimulationRun
from journeys.queries.portal_links import make_token as make_portal_token
from journeys.urls_portal import CLIENT, portal_patterns
from outreach.models import Touch, TriggerMapping
from outreach.services.channels import CHANNEL_TODO
from renewals.models import EngageRun
from renewals.queries.workspace import ENGAGE_TASK
from renewals.views.engage_page import STEPS

PORTAL_PAGES = [page.name for page in portal_patterns if str(page.pattern).startswith(CLIENT)]
INTEGRATION_PAGES = ("settings_integration_tokens", "settings_integration_token_revoke")
NOTHING = uuid.UUID(int=0)


class NoExample(LookupError):
    """Raised when nothing is known to fill an argument in with; says which."""


class Examples:
    """Values for the arguments of the URL tables. customer: the account that has some of everything."""

    def __init__(self, customer: Customer, colleague: User, *, invitation_secret: str) -> None:
        self.customer, self.colleague = customer, colleague
        self._invitation_secret = invitation_secret

    def of(self, route: str, argument: str) -> dict[str, Any]:
        """This will give what to fill in, each value by its name: a route's own, else those of the argument.

        An id that is not named here is that of a row of the model it is called by. Raises NoExample.
        """
        read = self._values.get(f"{route} {argument}") or self._values.get(argument)
        values = read() if read else self._guess(argument)
        if values is None:
            raise NoExample(f"{route}: say in config/benchmarks/examples.py what {argument} is filled in with")
        return values if isinstance(values, dict) else {argument: values}

    def _guess(self, argument: str) -> Any:
        """A row of the sample account where there is one, else any; an id of nothing where no model is called so."""
        noun, is_id, _ = argument.rpartition("_id")
        named = [model for model in apps.get_models() if model._meta.model_name == noun.replace("_", "")]
        for model in named:
            rows = model._default_manager.order_by("pk")
            has_customer = any(field.name == "customer" for field in model._meta.fields)
            own = rows.filter(customer=self.customer) if has_customer else rows.none()
            if row := own.first() or rows.first():
                return row.pk
        return NOTHING if is_id else None

    @property
    def owner_id(self) -> Any:
        return self.customer.owner_id

    @cached_property
    def person(self) -> Stakeholder:
        return Stakeholder.objects.get(customer=self.customer, primary=True)

    @cached_property
    def draft(self) -> Draft:
        found: Draft = Draft.objects.filter(customer=self.customer, attachments__isnull=False).order_by("position")[0]
        return found

    @cached_property
    def link(self) -> PortalLink:
        found: PortalLink = PortalLink.objects.get(customer=self.customer)
        return found

    @cached_property
    def reply(self) -> Reply:
        found: Reply = Reply.objects.get(customer=self.customer, mail__isnull=False)
        return found

    def _absence(self) -> Any:
        """One that is planned: who is away and who stands in see no more for it yet."""
        starts_at = datetime(2199, 1, 5, tzinfo=UTC)
        row, _ = Absence.objects.get_or_create(
            user=self.customer.owner,
            delegate=User.objects.exclude(pk=self.customer.owner_id).order_by("pk")[0],
            defaults={
                "first_date": starts_at.date(),
                "last_date": starts_at.date(),
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(days=1),
            },
        )
        return row.pk

    @cached_property
    def _values(self) -> dict[str, Callable[[], Any]]:
        mine: dict[str, Any] = {"customer": self.customer}
        colleague = {
            f"customers:{name} person_id": lambda: self.colleague.pk
            for name in ("settings_person", "settings_person_access", "settings_person_reset")
        }
        return {
            **colleague,
            "customer_id": lambda: self.customer.pk,
            "gone_id": lambda: _first(Customer.objects.exclude(pk=self.customer.pk).filter(contracts__isnull=True)),
            "person_id": lambda: self.person.pk,
            "meeting_id": lambda: _first(Meeting.objects.filter(**mine, state=MeetingState.SCHEDULED)),
            "task_id": lambda: _first(_tasks_of_engage(self.customer)),
            "hold_id": lambda: _open_holds()[0].pk,
            "outreach:channels todo_id": lambda: _first(Todo.objects.filter(kind=CHANNEL_TODO)),
            **{f"outreach:run_{verb} name": lambda: "send_email_draft" for verb in ("approve", "retry", "skip")},
            "customers:hold_resume customer_id": lambda: _open_holds()[0].customer_id,
            "absence_id": self._absence,
            "mapping_id": _mapping,
            "touch_id": lambda: _first(Touch.objects.filter(plan__customer=self.customer)),
            "view_id": lambda: _first(SavedView.objects.filter(page="book")),
            "token_id": lambda: _first(ApiToken.objects.exclude(user__role=Role.INTEGRATION)),
            **{f"customers:{name} person_id": lambda: _token_of_integration().user_id for name in INTEGRATION_PAGES},
            "customers:settings_integration_token_revoke token_id": lambda: _token_of_integration().pk,
            "invitation_id": lambda: _first(Invitation.objects.filter(accepted_at=None, revoked_at=None)),
            "run_id": _runs,
            "customers:import_undo run_id": lambda: _runs()[ImportState.DONE],
            "journeys:simulation_run run_id": lambda: _first(SimulationRun.objects.all()),
            "source_id": lambda: _first(UsageSource.objects.all()),
            "endpoint_id": lambda: _first(WebhookEndpoint.objects.filter(removed_at=None)),
            "delivery_id": lambda: _first(WebhookDelivery.objects.all()),
            "draft_id": lambda: self.draft.pk,
            "version_id": lambda: _first(DraftVersion.objects.filter(draft=self.draft)),
            "file_id": lambda: _first(Attachment.objects.filter(draft=self.draft)),
            "mail_id": lambda: _first(CapturedMail.objects.filter(**mine)),
            "reply_id": lambda: self.reply.pk,
            "message_id": lambda: self.reply.pk,
            "place": lambda: 0,
            "emails:reply_file place": lambda: self.reply.files[0]["place"],
            "emails:preferences token": lambda: make_token(self.draft.pk),
            **{f"journeys:{name} token": lambda: make_portal_token(self.link.pk) for name in PORTAL_PAGES},
            "link_id": lambda: self.link.pk,
            "automation_id": lambda: _first(AutomationSchedule.objects.filter(**mine, status="SCHEDULED")),
            "change_id": lambda: _first(JourneyChange.objects.filter(**mine)),
            "batch_id": lambda: JourneyChange.objects.filter(**mine, batch__isnull=False)[0].batch,
            "number": lambda: 1,
            "key": lambda: {panel.key: panel.key for panel in list_panels()},
            "journeys:action code": lambda: {code: code for code in JOURNEY_ACTIONS},
            "journeys:bulk code": lambda: {action.code: action.code for action in BULK_ACTIONS},
            "customers:account_evidence_file kind": lambda: {"json": "json", "pdf": "pdf"},
            "today_do code": lambda: "todo",
            "today_do item_id": lambda: _first(Todo.objects.filter(customer=self.customer)),
            "code": lambda: {step.code: step.code for step in STEPS},
            "secret": lambda: self._invitation_secret,
            "uidb64": lambda: urlsafe_base64_encode(force_bytes(self.colleague.pk)),
            "token": lambda: default_token_generator.make_token(self.colleague),
        }


def _first(rows: Any) -> Any:
    return rows.order_by("pk").values_list("pk", flat=True)[0]


def _token_of_integration() -> ApiToken:
    """The token of another system's account, made where the book has none."""
    account, _ = User.objects.get_or_create(
        username="bench-integration",
        defaults={"role": Role.INTEGRATION, "first_name": "CRM sync", "password": make_password(None)},
    )
    fields = {"name": "Nightly", "prefix": "eg_crm", "scopes": [Scope.READ.value]}
    token, _ = ApiToken.objects.get_or_create(user=account, digest="of the bench", defaults=fields)
    return token


def _open_holds() -> Any:
    return Hold.objects.filter(ended_at=None).order_by("pk")


def _mapping() -> Any:
    row, _ = TriggerMapping.objects.get_or_create(
        trigger_type="new_customer", defaults={"sequence_id": 1, "sequence_name": "Onboarding"}
    )
    return row.pk


def _runs() -> dict[str, Any]:
    """One import in each state that has a page of its own."""
    states = (ImportState.DONE, ImportState.CHECKED, ImportState.RUNNING)
    return {state.value: _first(ImportRun.objects.filter(state=state)) for state in states}


def _tasks_of_engage(customer: Customer) -> Any:
    """Tasks of the run that is open; others of the account are no steps of it."""
    runs = EngageRun.objects.filter(customer=customer, plan__closed_at=None).values("pk")
    return Todo.objects.filter(customer=customer, source_kind=ENGAGE_TASK, source_id__in=runs).exclude(
        state=TodoState.DISMISSED
    )
