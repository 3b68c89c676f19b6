"""An automation that failed for good: a task with an owner at the account, and one mail to the admins (ops)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from customers.enums import NoticeKind, Role
from customers.models import Customer, Todo, User
from customers.services.notices import NewNotice, notify
from customers.services.todos import add_todo
from emails.models import StaffMail
from emails.rules.templates import one_line
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from journeys.rules.automations import Due
from journeys.rules.mail_names import FAILED_KEY
from journeys.rules.naming import name_automation
from journeys.services.templates import find_versions

MOST_MAILS = 20
WITHIN = timedelta(hours=1)
"""Where a vendor is down, hundreds may fail together: these mails say it, the log and the tasks name the others."""
LONGEST_ERROR = 300

log = structlog.get_logger(__name__)


def tell_of_failure(due: Due, *, message: str, now: datetime) -> None:
    """This will write the task and the mails, each once for the row. Source: the journey spec, "Escalate to admin"."""
    customer = Customer.objects.select_related("owner").get(pk=due.customer_id)
    admins = _list_admins()
    todo = add_todo(
        f"{due.kind} failed after {due.attempt} attempts",
        customer=customer,
        owner=customer.owner or next(iter(admins), None),
        now=now,
        by=None,
        kind="automation.failed",
        detail=message,
        source_kind="automation",
        source_id=due.id,
        key=f"automation-failed-{due.id}",
    )
    notify([_notice(admin, todo) for admin in admins], now=now)
    try:
        with transaction.atomic():
            _mail(due, customer, admins, message=message, now=now)
    except Exception:  # the row must come to its end though nobody can be written to
        log.exception("failure_not_mailed", automation=str(due.id))


def _notice(admin: User, todo: Todo) -> NewNotice:
    """Whose task it is has been told; the mail of the failure is a mail of its own."""
    return NewNotice(
        user_id=admin.pk,
        kind=NoticeKind.AUTOMATION,
        event=todo.kind,
        key=f"todo:{todo.pk}",
        customer_id=todo.customer_id,
        subject_kind=todo.source_kind,
        subject_id=todo.source_id,
        is_mailed=True,
    )


def _list_admins() -> list[User]:
    return list(User.objects.filter(role=Role.OPS, is_active=True).order_by("date_joined", "pk"))


def _mail(due: Due, customer: Customer, admins: list[User], *, message: str, now: datetime) -> None:
    since = StaffMail.objects.filter(template_version__template__key=FAILED_KEY, created_at__gte=now - WITHIN)
    if not admins or since.count() >= MOST_MAILS * len(admins):
        return
    version = find_versions([FAILED_KEY], now=now)[FAILED_KEY]
    values = {
        "clientName": one_line(customer.name),
        "automation": one_line(name_automation(due.kind, due.occurrence)),
        "attempts": str(due.attempt),
        "error": one_line(message)[:LONGEST_ERROR] or "no words",
        "accountLink": f"{settings.PUBLIC_URL}/customers/{customer.pk}",
        "logLink": f"{settings.PUBLIC_URL}/journeys/log?status=FAILED",
    }
    queue_staff_mails(
        [
            NewStaffMail(
                user=admin,
                version=version,
                values={**values, "staffName": admin.display_name},
                key=f"automation-failed:{due.id}:{admin.pk}",
                customer_id=customer.pk,
            )
            for admin in admins
        ],
        now=now,
    )
