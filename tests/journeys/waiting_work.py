"""One row for each thing that a sweeper finds, so that a test can ask whether the clock's one question sees it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from customers.enums import ClaimState, HoldScope, ImportState
from customers.models import (
    Absence,
    Brake,
    Customer,
    Hold,
    IdempotentCall,
    ImportRun,
    Notice,
    Standstill,
    UsagePull,
    UsageSource,
    WebhookDelivery,
    WebhookEndpoint,
)
from customers.rules.notices import KEPT_READ
from emails.enums import DraftState, Lane, OriginKind, Purpose, SuppressionCause
from emails.models import Draft, EventBatch, InboundMail, MailEvent, StaffMail, Suppression, Writing
from journeys.enums import AutomationStatus, VersionAnswer
from journeys.models import BoardChange, RolloutRun
from outreach.enums import AlertOutcome, ClickResult
from outreach.models import (
    CrmWrite,
    Enrollment,
    EnrollmentDesk,
    ExpansionLook,
    Opportunity,
    OutreachConnection,
    OutreachNews,
    OutreachPlan,
    ProspectLink,
    SlackClick,
    SlackQuestion,
    StandInNews,
    StandInThing,
    TriggerLog,
    UpsellIntroduction,
    UpsellRun,
    UpsellStep,
    UsageAlert,
)
from renewals.models import BookChange, CrmStageMove, EngageRun, Renewal, StepChange, StepLine
from tests import factories
from tests.journeys.clockwork import make_automation
from tests.journeys.deliverable_ground import commission, start
from tests.journeys.ground import default_version

Make = Callable[[datetime], object]
AN_HOUR = timedelta(hours=1)
THERE = {"state_id": 1, "prospect_id": 1, "enrolled_at": datetime(2026, 3, 4, tzinfo=UTC)}


def letter(now: datetime, customer: Customer | None = None, **fields: object) -> Draft:
    customer = customer or factories.CustomerFactory.create()
    draft: Draft = Draft.objects.create(customer=customer, subject="Hello", body="Hello", to_email="s@acme.example")
    fields = {
        "approved_at": now,
        "approval_hash": "a",
        "approval_expires_at": now + AN_HOUR,
        "claim_token": uuid.uuid4(),
        "leased_until": now + AN_HOUR,
        **fields,
    }
    Draft.objects.filter(pk=draft.pk).update(**fields)
    return draft


def notice(now: datetime, **fields: object) -> Notice:
    customer = factories.CustomerFactory.create()
    values = {"kind": "reply", "event": "reply.received", "key": "k", "happened_at": now, **fields}
    made: Notice = Notice.objects.create(customer=customer, user=customer.owner, **values)
    return made


def _notice_for_elsewhere(now: datetime) -> None:
    made = notice(now, in_app=False)
    Notice.objects.filter(pk=made.pk).update(created_at=now - KEPT_READ - AN_HOUR)


def _held(now: datetime, *, until: datetime | None = None) -> Hold:
    customer = factories.CustomerFactory.create()
    return Hold.objects.create(customer=customer, scope=HoldScope.ACCOUNT, starts_at=now - AN_HOUR, until=until)


def _absence(now: datetime, **fields: object) -> Absence:
    people = {"user": factories.UserFactory.create(), "delegate": factories.UserFactory.create()}
    made: Absence = Absence.objects.create(**people, first_date=now.date(), last_date=now.date(), **fields)
    return made


def _event(now: datetime) -> MailEvent:
    return MailEvent.objects.create(draft=letter(now), kind="delivered", at=now, recipient="s@acme.example")


def _batch(now: datetime, *, age: timedelta, due_at: datetime | None) -> EventBatch:
    return EventBatch.objects.create(id=uuid.uuid4(), body=b"[]", received_at=now - age, due_at=due_at)


def _stop(now: datetime) -> Suppression:
    return Suppression.objects.create(address="s@acme.example", digest="d", cause=SuppressionCause.COMPLAINT, at=now)


def _mail(now: datetime) -> InboundMail:
    return InboundMail.objects.create(id=uuid.uuid4(), body=b"", content_type="text/plain", received_at=now, due_at=now)


def _staff_mail(now: datetime, **fields: object) -> StaffMail:
    user = factories.UserFactory.create()
    return StaffMail.objects.create(user=user, key=str(uuid.uuid4()), subject="News", body="News", **fields)


def _call(now: datetime) -> None:
    call = IdempotentCall.objects.create(user=factories.UserFactory.create(), key="k", request_digest="d")
    IdempotentCall.objects.filter(pk=call.pk).update(created_at=now - timedelta(hours=25))


def _import(now: datetime, **fields: object) -> None:
    run = ImportRun.objects.create(user=factories.UserFactory.create(), content=b"")
    ImportRun.objects.filter(pk=run.pk).update(**fields)


def _deliverable(now: datetime) -> object:
    from journeys.models import Deliverable

    made = commission(start(factories.CustomerFactory.create(), now=now), 1, now=now)
    return Deliverable.objects.filter(pk=made.pk).update(due_at=now)


def _lost_news(now: datetime) -> Draft:
    return letter(now, state=DraftState.SENT, purpose=Purpose.FIRST_TOUCH, sent_at=now, message_id="<1@x>")


def _reply(now: datetime) -> object:
    customer = factories.CustomerFactory.create()
    return factories.ReplyFactory.create(customer=customer, settled_at=now - timedelta(minutes=3), told_at=None)


def _alert(now: datetime, *, due_at: datetime | None, **fields: str) -> UsageAlert:
    ids = {"webhook_id": "w", "event_id": "e", "source": "s", "metric": "seats"}
    fields = {"account_id": "a", "severity": "low", **ids, **fields}
    alert: UsageAlert = UsageAlert.objects.create(value=1, happened_at=now, received_at=now, due_at=due_at, **fields)
    return alert


def _step(now: datetime, *, name: str = "fetch_usage", has_left: bool = False, **fields: object) -> UpsellStep:
    """One step of a run. has_left: the run's mail has, and nobody has heard of it."""
    customer = factories.CustomerFactory.create()
    run = UpsellRun.objects.create(
        customer=customer, event_id="e", metric="seats", level="HYBRID", wanted_level="HYBRID", started_at=now
    )
    if has_left:
        draft = letter(now, customer=customer, state=DraftState.SENT, sent_at=now, message_id="<2@x>")
        UpsellIntroduction.objects.create(
            customer=customer, run=run, draft=draft, framing="proactive", proposed="proactive", written_at=now
        )
        fields["output"] = {"draftId": str(draft.pk)}
    step: UpsellStep = UpsellStep.objects.create(customer=customer, run=run, name=name, position=1, **fields)
    return step


def _alert_without_run(now: datetime) -> UsageAlert:
    customer = factories.CustomerFactory.create()
    alert = _alert(now, due_at=None)
    UsageAlert.objects.filter(pk=alert.pk).update(
        customer=customer, outcome=AlertOutcome.STARTS_RUN, decided_at=now, level="HYBRID"
    )
    return alert


def _early_alert(now: datetime) -> UsageAlert:
    """Its account got the other system's id after it had come."""
    account_id = factories.CustomerFactory.create(external_id="known-now").external_id
    return _alert(now, due_at=None, account_id=account_id, outcome=AlertOutcome.UNKNOWN_ACCOUNT)


def _look(now: datetime) -> ExpansionLook:
    look: ExpansionLook = ExpansionLook.objects.create(customer=factories.CustomerFactory.create(), due_at=now)
    return look


def _rollout(now: datetime) -> RolloutRun:
    version = default_version()
    run: RolloutRun = RolloutRun.objects.create(version=version, answer=VersionAnswer.values[0], asked_at=now, total=0)
    return run


def _writing(now: datetime) -> Writing:
    return Writing.objects.create(draft=letter(now), due_at=now - AN_HOUR, asked_at=now, version=1)


def _blocked(now: datetime, check: str, **fields: object) -> Draft:
    return letter(now, state=DraftState.BLOCKED, blocked_by=check, **fields)


def _row(now: datetime, **fields: object) -> object:
    return make_automation(factories.CustomerFactory.create(), now, **fields)


def _question(now: datetime, **fields: object) -> SlackQuestion:
    fields = {"draft": letter(now), "version": 1, "content_hash": "h", "posted_at": now, **fields}
    question: SlackQuestion = SlackQuestion.objects.create(customer=fields["draft"].customer, **fields)  # type: ignore[attr-defined]
    return question


def _outdated_question(now: datetime) -> SlackQuestion:
    draft = letter(now, lane=Lane.UPSELL, updated_at=now - AN_HOUR)
    return _question(now, draft=draft, version=7, **POSTED)


def _click(now: datetime, **fields: object) -> SlackClick:
    click: SlackClick = SlackClick.objects.create(
        action="evergreen_approve", slack_user="U1", received_at=now, **fields
    )
    if fields.get("state") == ClaimState.SENDING:
        SlackClick.objects.filter(pk=click.pk).update(claim_token=uuid.uuid4())
    return click


def _source(now: datetime, **fields: object) -> UsageSource:
    source: UsageSource = UsageSource.objects.create(
        name="Meter", url="https://meter.example/usage", sealed_secret="x", mapping={"account": "a"}, **fields
    )
    return source


def _message(now: datetime, **fields: object) -> WebhookDelivery:
    endpoint = WebhookEndpoint.objects.create(url="https://hooks.example/", sealed_secret="x")
    given = {"message_id": "msg_1", "type": "mail.sent", "body": {}, "happened_at": now, "not_before": now, **fields}
    message: WebhookDelivery = WebhookDelivery.objects.create(endpoint=endpoint, **given)
    return message


def _old_message(now: datetime) -> None:
    row = _message(now, state=ClaimState.CANCELLED)
    WebhookDelivery.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=31))


def _pull(now: datetime) -> UsagePull:
    source = _source(now, is_enabled=False)
    pull: UsagePull = UsagePull.objects.create(source=source, started_at=now - AN_HOUR, leased_until=now - AN_HOUR)
    return pull


def _opportunity(now: datetime, **fields: object) -> Opportunity:
    opportunity: Opportunity = Opportunity.objects.create(
        customer=factories.CustomerFactory.create(), name="More seats", stage="introduced", found_at=now, **fields
    )
    return opportunity


def _crm_write(now: datetime, **fields: object) -> CrmWrite:
    opportunity = _opportunity(now, crm_seen_at=datetime(2100, 1, 1, tzinfo=UTC))
    write: CrmWrite = CrmWrite.objects.create(opportunity=opportunity, customer=opportunity.customer, **fields)
    return write


def _engage_run(now: datetime) -> EngageRun:
    customer = factories.CustomerFactory.create()
    renewal = Renewal.objects.create(customer=customer, contract=factories.ContractFactory.create(customer=customer))
    plan = OutreachPlan.objects.create(
        customer=customer,
        renewal_id=renewal.pk,
        approach="parallel",
        pricing_approach="no_price",
        deadline=now.date(),
        first_date=now.date(),
    )
    run: EngageRun = EngageRun.objects.create(customer=customer, renewal=renewal, plan=plan, opened_at=now)
    return run


def _first_email(now: datetime) -> Draft:
    run = _engage_run(now)
    sent = {"state": DraftState.SENT, "sent_at": now, "message_id": "<2@x>", "purpose": Purpose.FIRST_TOUCH}
    return letter(now, run.customer, origin_kind=OriginKind.ENGAGE, origin_id=run.plan_id, **sent)


def _stage_move(now: datetime, **fields: object) -> CrmStageMove:
    run = _engage_run(now)
    move: CrmStageMove = CrmStageMove.objects.create(
        customer=run.customer, renewal=run.renewal, draft_id=uuid.uuid4(), asked_at=now, **fields
    )
    return move


def _outreach_connection(now: datetime) -> OutreachConnection:
    row: OutreachConnection = OutreachConnection.objects.create(
        state="connected", server="s", sealed_refresh="sealed", connected_at=now, discover_next_at=now
    )
    return row


def _enrollment(now: datetime, **fields: object) -> Enrollment:
    """As it stands in the table once it is approved; with fields it stands elsewhere."""
    person = factories.StakeholderFactory.create()
    values = {"state": "approved", "approved_at": now, "not_before": now, "asked_at": now, **fields}
    row: Enrollment = Enrollment.objects.create(
        customer=person.customer, stakeholder=person, sequence_id=1, sequence_name="S", asked_through="api", **values
    )
    return row


def _prospect(now: datetime) -> ProspectLink:
    person = factories.StakeholderFactory.create()
    values = {"wants_opt_out": True, "opt_out_due_at": now, "synced_at": now, "email": person.email}
    row: ProspectLink = ProspectLink.objects.create(
        customer=person.customer, stakeholder=person, prospect_id=1, **values
    )
    return row


def _trigger(now: datetime) -> TriggerLog:
    row: TriggerLog = TriggerLog.objects.create(
        customer=factories.CustomerFactory.create(), trigger_type="new_customer", occurrence="o", happened_at=now,
        due_at=now,
    )  # fmt: skip
    return row


def _news(now: datetime, *, due_at: datetime | None, age: timedelta = timedelta(0)) -> OutreachNews:
    applied_at = None if due_at else now
    row: OutreachNews = OutreachNews.objects.create(
        body=b"{}", received_at=now - age, due_at=due_at, applied_at=applied_at
    )
    return row


def _stand_in_state(now: datetime) -> StandInThing:
    sequence = StandInThing.objects.create(kind="sequence", made_at=now, changed_at=now)
    row: StandInThing = StandInThing.objects.create(
        kind="sequenceState",
        attributes={"state": "paused"},
        sequence_number=sequence.pk,
        next_at=now,
        made_at=now,
        changed_at=now,
    )
    return row


POSTED = {"state": ClaimState.SENT, "channel": "C1", "ts": "1.2"}
APPLIED = {"result": ClickResult.REFUSED, "applied_at": datetime(2026, 3, 4, tzinfo=UTC)}
ABANDONED = {
    "status": AutomationStatus.RUNNING,
    "claim_token": uuid.UUID(int=1),
}

WORK: list[tuple[str, Make]] = [
    ("board_sums", lambda now: BoardChange.objects.create(account=uuid.uuid4())),
    ("book_sums", lambda now: BookChange.objects.create(account=uuid.uuid4())),
    ("book_steps", lambda now: StepChange.objects.create(account=uuid.uuid4())),
    ("book_steps", lambda now: StepLine.objects.create(account=uuid.uuid4(), action=15, nobody=True, until_at=now)),
    ("clock.standstill", lambda now: Standstill.objects.create(reason="A backup", began_at=now)),
    ("clock.ready", _row),
    ("clock.abandoned", lambda now: _row(now, leased_until=now - AN_HOUR, **ABANDONED)),
    ("absences", lambda now: _absence(now, starts_at=now, ends_at=now + AN_HOUR)),
    ("absences", lambda now: _absence(now, starts_at=now - AN_HOUR, ends_at=now, state="running")),
    ("holds", lambda now: _held(now, until=now)),
    ("events", _event),
    ("events", lambda now: _batch(now, age=AN_HOUR, due_at=now)),
    ("events", lambda now: _batch(now, age=timedelta(days=31), due_at=None)),
    ("stops", _stop),
    ("mails", _mail),
    ("untold_replies", _reply),
    ("doubtful", lambda now: letter(now, state=DraftState.UNKNOWN, attempted_at=now - AN_HOUR)),
    ("doubtful", lambda now: letter(now, state=DraftState.UNKNOWN, attempted_at=None)),
    ("approvals", lambda now: letter(now, state=DraftState.APPROVED, approval_expires_at=now)),
    ("outbox", lambda now: letter(now, state=DraftState.QUEUED, not_before=None)),
    ("outbox", lambda now: letter(now, state=DraftState.QUEUED, not_before=now)),
    ("outbox", lambda now: letter(now, state=DraftState.SENDING, leased_until=now - AN_HOUR)),
    ("outbox", lambda now: letter(now, state=DraftState.SCHEDULED, scheduled_send_date=now)),
    ("outbox", lambda now: _blocked(now, "hold")),
    ("outbox", lambda now: _blocked(now, "brake")),
    ("outbox", lambda now: _blocked(now, "facts", not_before=now)),
    ("notice_mails", lambda now: notice(now, mail="now")),
    ("staff_mails", lambda now: _staff_mail(now, state=ClaimState.QUEUED)),
    ("staff_mails", lambda now: _staff_mail(now, state=ClaimState.QUEUED, not_before=now)),
    ("staff_mails", lambda now: _staff_mail(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
    ("idempotent_calls", _call),
    ("imports", lambda now: _import(now, state=ImportState.QUEUED)),
    ("imports", lambda now: _import(now, state=ImportState.RUNNING, updated_at=now - AN_HOUR)),
    ("writings", _writing),
    ("deliverables", _deliverable),
    ("cadence", _lost_news),
    ("usage_alerts", lambda now: _alert(now, due_at=now)),
    ("usage_alerts", _early_alert),
    ("expansion", _look),
    ("rollouts", _rollout),
    ("upsell_runs", lambda now: _step(now, state="queued")),
    ("upsell_runs", lambda now: _step(now, state="queued", not_before=now)),
    ("upsell_runs", lambda now: _step(now, state="sending", leased_until=now - AN_HOUR)),
    ("upsell_runs", lambda now: _step(now, name="send_email_draft", has_left=True)),
    ("upsell_runs", lambda now: _alert_without_run(now)),
    ("usage_sources", lambda now: _source(now, next_due_at=now)),
    ("usage_sources", lambda now: _pull(now)),
    ("webhooks", lambda now: _message(now, state=ClaimState.QUEUED)),
    ("webhooks", lambda now: _message(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
    ("old_webhooks", _old_message),
    ("old_notices", lambda now: notice(now, read_at=now - KEPT_READ - AN_HOUR)),
    ("old_notices", _notice_for_elsewhere),
    ("crm_stages", lambda now: _first_email(now)),
    ("crm_stages", lambda now: _stage_move(now, state=ClaimState.QUEUED)),
    ("crm_stages", lambda now: _stage_move(now, state=ClaimState.QUEUED, not_before=now)),
    ("crm_stages", lambda now: _stage_move(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
    ("crm", lambda now: _opportunity(now)),
    ("crm", lambda now: _crm_write(now, state=ClaimState.QUEUED)),
    ("crm", lambda now: _crm_write(now, state=ClaimState.QUEUED, not_before=now)),
    ("crm", lambda now: _crm_write(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
    ("enrollments", _enrollment),
    ("enrollments", lambda now: _enrollment(now, state="unknown")),
    ("enrollments", lambda now: _enrollment(now, state="sending", leased_until=now - AN_HOUR)),
    ("enrollments", lambda now: _enrollment(now, state="enrolled", wish="pause", wish_due_at=now, **THERE)),
    ("enrollments", _prospect),
    ("enrollment_news", lambda now: _news(now, due_at=now)),
    ("enrollment_news", lambda now: _news(now, due_at=None, age=timedelta(days=31))),
    ("enrollment_plan_waits", lambda now: _enrollment(now, state="pending_approval", waits_for_plan=True)),
    ("enrollment_sync", lambda now: EnrollmentDesk.objects.create(next_sync_at=now)),
    ("enrollment_looks", lambda now: EnrollmentDesk.objects.create(next_look_at=now)),
    ("enrollment_triggers", _trigger),
    ("outreach_discovery", _outreach_connection),
    ("outreach_stand_in", lambda now: _stand_in_state(now)),
    ("outreach_stand_in", lambda now: StandInNews.objects.create(url="x", event="e", body="", made_at=now, due_at=now)),
    ("slack_clicks", lambda now: _click(now, due_at=now)),
    ("slack_clicks", lambda now: _click(now, state=ClaimState.QUEUED, answer="No.", **APPLIED)),
    ("slack_clicks", lambda now: _click(now, state=ClaimState.QUEUED, answer="No.", not_before=now, **APPLIED)),
    ("slack_clicks", lambda now: _click(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR, **APPLIED)),
    ("slack_notices", lambda now: notice(now, state=ClaimState.QUEUED, not_before=now)),
    ("slack_notices", lambda now: notice(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
    ("slack_questions", lambda now: letter(now, lane=Lane.UPSELL)),
    ("slack_questions", _outdated_question),
    ("slack_questions", lambda now: _question(now, state=ClaimState.QUEUED)),
    ("slack_questions", lambda now: _question(now, state=ClaimState.QUEUED, not_before=now)),
    ("slack_questions", lambda now: _question(now, is_behind=True, **POSTED)),
    ("slack_questions", lambda now: _question(now, is_behind=True, not_before=now, **POSTED)),
    ("slack_questions", lambda now: _question(now, state=ClaimState.SENDING, leased_until=now - AN_HOUR)),
]

KEPT_BACK: list[Make] = [
    lambda now: letter(now, customer=_held(now).customer, state=DraftState.BLOCKED, blocked_by="hold"),
    lambda now: _braked(now),
    lambda now: make_automation(_held(now).customer, now),
    lambda now: letter(now, state=DraftState.QUEUED, not_before=now + AN_HOUR),
    lambda now: _held(now, until=now + AN_HOUR),
]
"""What waits for a person or for a later moment."""


def _braked(now: datetime) -> Draft:
    brake = Brake.objects.create(customer=factories.CustomerFactory.create(), set_at=now, reason="They answered")
    return letter(now, customer=brake.customer, state=DraftState.BLOCKED, blocked_by="brake")
