"""Rows that the benchmarks' book has not, and what the matrix fills the addresses in with instead of its examples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from config.benchmarks.examples import Examples
from customers.enums import Role
from customers.models import (
    Absence,
    ApiToken,
    Brake,
    Customer,
    Hold,
    ImportRun,
    Invitation,
    Meeting,
    Notice,
    SavedView,
    SecondFactor,
    Stakeholder,
    StandInCall,
    Team,
    Todo,
    UsageSource,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    Win,
)
from customers.services.digests import digest_address, seal
from emails.enums import DraftState
from emails.models import Draft, DraftVersion, Reply, Suppression
from journeys.models import (
    AutomationSchedule,
    Deliverable,
    DeliverableVersion,
    JourneyChange,
    PortalLink,
    SimulationRun,
)
from outreach.models import (
    CrmWrite,
    Enrollment,
    FeatureRequest,
    Offer,
    Opportunity,
    OutreachPlan,
    Reaction,
    SlackQuestion,
    Touch,
    TriggerMapping,
    UpsellIntroduction,
    UpsellRun,
)
from outreach.services.channels import CHANNEL_TODO
from renewals.models import CrmStageMove, Objection, Renewal, TermNote

VERBS = ("status", "pause", "resume", "remove")


def fill_rest(examples: Examples, owner: User, *, now: datetime) -> dict[str, Callable[[], Any]]:
    """Write what else there can be about the sample account; give the values by route and argument."""
    customer, person = examples.customer, examples.person
    of = {"customer": customer}
    opportunity = Opportunity.objects.get_or_create(**of, defaults={"name": "More seats", "found_at": now})[0]
    _written_and_stopped(customer, person, now=now)
    letters = list(Draft.objects.filter(**of, state=DraftState.DRAFT).order_by("position", "pk"))
    made = {
        **_negotiated(customer, person, now=now),
        "outreach:crm_retry write_id": CrmWrite.objects.create(**of, opportunity=opportunity, state="failed"),
        "outreach:sequences_decide enrollment_id": _enrollment(customer, person, now=now),
        "outreach:request_remove request_id": FeatureRequest.objects.create(**of, text="A dark theme"),
        **dict.fromkeys(
            ("outreach:introduction_copy introduction_id", "outreach:introduction_answer introduction_id"),
            UpsellIntroduction.objects.create(
                **of,
                opportunity=opportunity,
                draft=letters[0],
                framing="educational",
                proposed="educational",
                written_at=now,
                written_by=owner,
            ),
        ),
        "outreach:stand_in_click call_id": StandInCall.objects.create(
            **of, vendor="slack", action="post", called_at=now
        ),
        "outreach:expansion_settings_post_again question_id": SlackQuestion.objects.create(
            **of, draft=letters[0], version=1, content_hash="x", state="failed"
        ),
        "customers:token_revoke token_id": ApiToken.objects.filter(user=owner).order_by("pk")[0],
        "today_view_delete view_id": SavedView.objects.create(user=owner, page="today", name="Mine"),
        "approval_answer item_id": letters[1],
        "outreach:channel_write todo_id": Todo.objects.filter(kind=CHANNEL_TODO)[0],
    }
    TriggerMapping.objects.get_or_create(
        trigger_type="new_customer", defaults={"sequence_id": 1, "sequence_name": "Onboarding"}
    )
    examples.of("customers:settings_integration_tokens", "person_id")
    SecondFactor.objects.create(user=examples.colleague, sealed_secret=seal(b"of the matrix"), confirmed_at=now)
    text, old = _old_text(customer, owner, now=now)
    made |= {"journeys:deliverable_restore deliverable_id": text, "journeys:deliverable_restore version_id": old}
    values: dict[str, Callable[[], Any]] = {name: partial(_pk, row) for name, row in made.items()}
    return {**values, "customers:settings_person_one_step person_id": partial(_pk, examples.colleague)}


def _written_and_stopped(customer: Customer, person: Stakeholder, *, now: datetime) -> None:
    """An earlier text of the draft that the API is asked about, and a person who is written to no more."""
    draft = Draft.objects.filter(customer=customer, state=DraftState.DRAFT).order_by("pk")[0]
    DraftVersion.objects.create(draft=draft, version=0, writer="person", reason="Of the matrix", saved_at=now)
    Suppression.objects.create(
        address=person.email.lower(),
        digest=digest_address(person.email),
        cause="person",
        customer=customer,
        at=now,
        announced_at=now,
    )


def _pk(row: Any) -> Any:
    return row.pk


def _negotiated(customer: Customer, person: Stakeholder, *, now: datetime) -> dict[str, Any]:
    """An objection, terms that wait for a lead, a decision about a reply, a stage that the CRM refused."""
    renewal = Renewal.objects.get(customer=customer, contract__state="active")
    of = {"customer": customer, "renewal": renewal}
    objection = Objection.objects.create(**of, kind="price", stakeholder=person, raised_at=now)
    note = TermNote.objects.create(**of, version=1, discount_pct=5, state="proposed", written_at=now)
    CrmStageMove.objects.get_or_create(
        renewal=renewal, defaults={"customer": customer, "draft_id": customer.pk, "asked_at": now, "state": "failed"}
    )
    brake = Brake.objects.filter(customer=customer).first() or Brake.objects.create(
        customer=customer, set_at=now, reason="Reply"
    )
    reaction = Reaction.objects.create(
        customer=customer, brake=brake, choice="resume", proposed="resume", decided_at=now
    )
    return {
        "renewals:objection_answer objection_id": objection,
        "renewals:objection_settle objection_id": objection,
        "renewals:terms_decide note_id": note,
        "renewals:brake_undo reaction_id": reaction,
    }


def _enrollment(customer: Customer, person: Stakeholder, *, now: datetime) -> Enrollment:
    return Enrollment.objects.create(
        customer=customer, stakeholder=person, sequence_id=1, sequence_name="Onboarding", asked_through="account",
        asked_at=now,
    )  # fmt: skip


def _old_text(customer: Customer, owner: User, *, now: datetime) -> tuple[Deliverable, DeliverableVersion]:
    text = Deliverable.objects.filter(customer=customer, state="PENDING_REVIEW").order_by("pk")[0]
    last = text.versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    old = DeliverableVersion.objects.create(
        customer=customer, deliverable=text, number=number, title=text.title, body="Before", writer="person", by=owner,
        at=now,
    )  # fmt: skip
    return text, old


def list_api_ids(examples: Examples) -> dict[str, Any]:
    """Give an id of the sample account for each part of an address under /api, by the address up to there."""
    of, owner = {"customer": examples.customer}, examples.customer.owner
    first = {
        "/api/customers/{id}/stakeholders/{stakeholderId}": Stakeholder.objects.filter(**of),
        "/api/customers/{id}/feature-requests/{requestId}": FeatureRequest.objects.filter(**of),
        "/api/customers/{id}/meetings/{meetingId}": Meeting.objects.filter(**of),
        "/api/customers/{id}/wins/{winId}": Win.objects.filter(**of),
        "/api/clients/{id}/portal-links/{linkId}": PortalLink.objects.filter(**of),
        "/api/integrations/crm/writes/{id}": CrmWrite.objects.filter(**of),
        "/api/slack-questions/{id}": SlackQuestion.objects.filter(**of),
        "/api/introductions/{id}": UpsellIntroduction.objects.filter(**of),
        "/api/offers/{id}": Offer.objects.all(),
        "/api/customers/{id}/negotiation/objections/{objectionId}": Objection.objects.filter(**of),
        "/api/customers/{id}/negotiation/terms/{termsId}": TermNote.objects.filter(**of),
        "/api/customers/{id}/reaction/{reactionId}": Reaction.objects.filter(**of),
        "/api/todos/{id}": Todo.objects.filter(**of),
        "/api/customers/{id}": Customer.objects.filter(pk=examples.customer.pk),
        "/api/clients/{id}": Customer.objects.filter(pk=examples.customer.pk),
        "/api/imports/{id}": ImportRun.objects.filter(user=owner, state="done"),
        "/api/invitations/{id}": Invitation.objects.filter(invited_by=owner, accepted_at=None, revoked_at=None),
        "/api/people/{id}": User.objects.filter(pk=examples.colleague.pk),
        "/api/people/{id}/tokens": User.objects.filter(role=Role.INTEGRATION),
        "/api/people/{id}/tokens/{tokenId}": ApiToken.objects.filter(user__role=Role.INTEGRATION),
        "/api/teams/{id}": Team.objects.all(),
        "/api/tokens/{id}": ApiToken.objects.filter(user=owner),
        "/api/usage-sources/{id}": UsageSource.objects.all(),
        "/api/views/{id}": SavedView.objects.filter(user=owner),
        "/api/absences/{id}": Absence.objects.filter(user=examples.customer.owner),
        "/api/admin/journeys/batches/{id}": JourneyChange.objects.filter(**of, batch__isnull=False),
        "/api/admin/journeys/simulate/{id}": SimulationRun.objects.all(),
        "/api/approvals/{id}": Draft.objects.filter(**of, state=DraftState.DRAFT),
        "/api/automations/{id}": AutomationSchedule.objects.filter(**of, status="SCHEDULED"),
        "/api/deliverables/{id}": Deliverable.objects.filter(**of, state="PENDING_REVIEW"),
        "/api/emails/{id}": Draft.objects.filter(**of),
        "/api/emails/drafts/{id}/versions/{versionId}": DraftVersion.objects.filter(reason="Of the matrix"),
        "/api/suppressions/{id}": Suppression.objects.filter(**of, lifted_at=None),
        "/api/emails/drafts/{id}": Draft.objects.filter(**of, state=DraftState.DRAFT),
        "/api/engage/{id}": OutreachPlan.objects.filter(**of),
        "/api/notices/{id}": Notice.objects.filter(**of),
        "/api/opportunities/{id}": Opportunity.objects.filter(**of),
        "/api/outreach/enrollments/{id}": Enrollment.objects.filter(**of),
        "/api/outreach/mappings/{id}": TriggerMapping.objects.all(),
        **{f"/api/outreach/{verb}/{{stakeholderId}}": Stakeholder.objects.filter(**of) for verb in VERBS},
        "/api/replies/{id}": Reply.objects.filter(**of),
        "/api/upsell-runs/{id}": UpsellRun.objects.filter(**of),
        "/api/webhook-deliveries/{id}": WebhookDelivery.objects.all(),
        "/api/webhook-endpoints/{id}": WebhookEndpoint.objects.filter(removed_at=None),
    }
    ids = {prefix: rows.order_by("pk")[0].pk for prefix, rows in first.items() if rows.exists()}
    ids["/api/customers/{id}/hold"] = Hold.objects.filter(ended_at=None).order_by("pk")[0].customer_id
    ids["/api/customers/{id}/brake"] = Brake.objects.filter(cleared_at=None).order_by("pk")[0].customer_id
    text, plan = ids["/api/deliverables/{id}"], ids["/api/engage/{id}"]
    ids["/api/deliverables/{id}/versions/{versionId}"] = DeliverableVersion.objects.filter(deliverable=text)[0].pk
    ids["/api/engage/{id}/touches/{touchId}"] = Touch.objects.filter(plan=plan).order_by("pk")[0].pk
    ids["/api/todos/{id}/channel"] = Todo.objects.filter(kind=CHANNEL_TODO)[0].pk
    ids["/api/people/{id}/tokens/{tokenId} id"] = ids["/api/people/{id}/tokens"]
    batch = first["/api/admin/journeys/batches/{id}"].first()
    return {**ids, "/api/admin/journeys/batches/{id}": batch.batch}
