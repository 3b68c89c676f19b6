"""Writing, editing and constraints of drafts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from customers.models import Contract, Customer, Stakeholder, User
from emails.enums import DraftState, OriginKind, PriceApproach, Purpose, Writer
from emails.facts import read, read_again
from emails.models import Attachment, Draft
from emails.queries.cards import make_cards
from emails.queries.checks import judge
from emails.queries.ground_facts import account_facts
from emails.rules.facts import fact_from_json
from emails.services.drafts import compose_draft, regenerate
from emails.services.editing import StaleVersion, confirm_span, reload, save_draft
from emails.services.files import attach_file
from tests import factories
from tests.emails.conftest import make_draft

pytestmark = pytest.mark.django_db


def test_written_draft_is_personal_grounded_and_has_the_proposal(draft: Draft) -> None:
    assert (draft.state, draft.writer, draft.version) == (DraftState.DRAFT, Writer.BUILT_IN, 1)
    assert draft.body.startswith("Hi Sarah,")
    assert "cut onboarding time by half" in draft.body
    assert judge(draft).open_spans == []
    assert [file.kind for file in draft.attachments.all()] == ["proposal"]


def test_no_price_goes_without_a_proposal(sarah: Stakeholder, contract: Contract, csm: User, now: datetime) -> None:
    draft = make_draft(sarah, contract, csm, now, approach=PriceApproach.NO_PRICE)

    assert not draft.attachments.exists()


def test_unlocked_price_makes_no_proposal(sarah: Stakeholder, contract: Contract, csm: User, now: datetime) -> None:
    draft = make_draft(sarah, contract, csm, now, locked=False)

    assert not draft.attachments.exists()
    assert "attached" not in draft.body.lower()


def test_price_typed_under_attachment_only_is_marked(
    sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    draft = make_draft(sarah, contract, csm, now, approach=PriceApproach.BURY_PRICE)
    assert judge(draft).breaches == []

    typed = save_draft(draft, version=1, now=now, by=csm, body=draft.body + "\n\nBy the way, it is $268k.")

    assert [(one.part, one.text) for one in judge(typed).breaches] == [("body", "$268k")]


def test_facts_carry_their_record_and_are_read_again(draft: Draft) -> None:
    facts = [fact_from_json(row) for row in draft.facts]
    values = read_again(facts)

    assert {fact.key for fact in facts} >= {"price.new", "renewal.date", "win.1", "recipient.name", "customer.name"}
    assert [fact.key for fact in facts if values[(fact.kind, fact.id, fact.field)] != fact.value] == []


def test_title_of_the_recipient_is_on_record_in_any_language(
    sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    sarah.title = "Geschäftsleitung Betrieb"
    sarah.save()
    draft = make_draft(sarah, contract, csm, now)

    told = save_draft(
        draft, version=1, now=now, by=csm, body="As Geschäftsleitung Betrieb you decide with Jutta Krause."
    )

    spans = {span.text: (span.state, span.fact.url if span.fact else "") for span in judge(told).spans}
    assert spans["Geschäftsleitung Betrieb"] == ("supported", f"/customers/{sarah.customer_id}#people")
    assert spans["Jutta Krause"] == ("unsupported", "")


def test_gone_record_reads_as_none(draft: Draft) -> None:
    assert read("win", str(uuid4()), "text") is None
    assert read("win", "no uuid", "text") is None
    assert read("nobody registered this", "1", "x") is None


def test_usage_and_meeting_facts_do_not_go_stale_by_themselves(
    account: Customer, sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    from datetime import UTC

    for month, users in ((1, 100), (3, 135)):
        at = datetime(2026, month, 1, tzinfo=UTC)
        factories.UsageSampleFactory.create(customer=account, metric="active_users", value=users, at=at)
    # 3 a.m. in UTC is the day before in New York.
    meeting = factories.MeetingFactory.create(
        customer=account, state="held", held_at=now, starts_at=datetime(2026, 2, 10, 3, 0, tzinfo=UTC)
    )
    meeting.stakeholders.add(sarah)

    draft = make_draft(sarah, contract, csm, now)

    assert "35%" in draft.body
    assert "9 February 2026" in draft.body
    assert judge(draft).open_spans == []


def test_every_text_is_kept_and_one_sitting_is_one_text(draft: Draft, csm: User, now: datetime) -> None:
    current = draft
    for seconds, words in ((0, "One."), (30, "One. Two."), (600, "One. Two. Three.")):
        current = save_draft(current, version=current.version, now=now + timedelta(seconds=seconds), by=csm, body=words)

    assert [row.body for row in draft.versions.all()] == ["One. Two. Three.", "One. Two.", draft.body]
    assert (current.writer, current.first_body) == (Writer.PERSON, draft.body)


def test_save_of_the_same_text_changes_nothing(draft: Draft, csm: User, now: datetime) -> None:
    same = save_draft(draft, version=1, now=now, by=csm, subject=draft.subject, body=draft.body)

    assert same.version == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "a\nb"),
        ("subject", "x" * 301),
        ("body", "x" * 20_001),
        ("tone", "shouting"),
        ("price_approach", "free"),
        ("cc", ["no address"]),
        ("cc", ["somebody@else.example"]),
    ],
)
def test_bad_values_are_refused_by_field(draft: Draft, csm: User, now: datetime, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        save_draft(draft, version=1, now=now, by=csm, **{field: value})

    assert list(error.value.message_dict) == [field]


def test_colleague_and_person_at_the_account_may_be_copied(
    draft: Draft, csm: User, lead: User, account: Customer, now: datetime
) -> None:
    other = factories.StakeholderFactory.create(customer=account)

    saved = save_draft(draft, version=1, now=now, by=csm, cc=[lead.email.upper(), other.email])

    assert saved.cc == [lead.email.upper(), other.email]


def test_only_open_claims_can_be_confirmed(draft: Draft, csm: User, now: datetime) -> None:
    with pytest.raises(ValidationError):
        confirm_span(draft, text="$268,000", version=1, now=now, by=csm)


def test_regenerate_refuses_a_stale_version(draft: Draft, csm: User, now: datetime) -> None:
    save_draft(draft, version=1, now=now, by=csm, body="Newer.")

    with pytest.raises(StaleVersion):
        regenerate(draft, instruction="shorter", version=1, now=now, by=csm)

    assert reload(draft).body == "Newer."


def test_composed_letter_to_another_accounts_person_is_refused(account: Customer, csm: User, now: datetime) -> None:
    outsider = factories.StakeholderFactory.create()

    with pytest.raises(ValidationError):
        compose_draft(customer=account, stakeholder=outsider, sender=csm, subject="Hi", body="Text", now=now, by=csm)


def test_file_that_is_too_large_is_refused(draft: Draft, csm: User, now: datetime) -> None:
    with pytest.raises(ValidationError):
        attach_file(
            draft,
            name="a.pdf",
            content=b"x" * (5 * 1024 * 1024 + 1),
            content_type="application/pdf",
            version=1,
            now=now,
            by=csm,
        )


def test_cards_cost_the_same_for_one_and_three(account: Customer, contract: Contract, csm: User, now: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    people = [factories.StakeholderFactory.create(customer=account) for _ in range(3)]
    drafts = [make_draft(person, contract, csm, now) for person in people]

    counts = []
    for some in (drafts[:1], drafts):
        with CaptureQueriesContext(connection) as queries:
            rows = Draft.objects.with_people().filter(pk__in=[one.pk for one in some])
            assert all(card.rows for card in make_cards(rows, reader=csm).values())
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 5


def update_raw(draft: Draft, **fields: Any) -> None:
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": DraftState.SENT},
        {"state": DraftState.SENT, "sent_at": timezone.now()},
        {"state": DraftState.DELIVERED},
        {"state": DraftState.APPROVED},
        {"state": DraftState.QUEUED},
        {"state": DraftState.SCHEDULED},
        {"state": DraftState.SENDING},
    ],
)
def test_state_without_what_it_implies_is_refused_by_the_database(draft: Draft, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        update_raw(draft, **fields)


def test_second_first_letter_of_a_plan_is_refused_by_the_database(draft: Draft) -> None:
    twin = {
        "customer": draft.customer,
        "stakeholder": draft.stakeholder,
        "to_name": draft.to_name,
        "to_email": draft.to_email,
        "origin_kind": OriginKind.ENGAGE,
        "origin_id": draft.origin_id,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(**twin)

    assert Draft.objects.create(**twin, purpose=Purpose.FOLLOW_UP).pk
    assert Draft.objects.create(**twin, state=DraftState.CANCELLED).pk


def test_attachment_above_the_limit_is_refused_by_the_database(draft: Draft) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(draft=draft, name="x", size=5 * 1024 * 1024 + 1, sha256="0", content=b"x")


def test_writing_again_takes_the_price_that_is_on_record_now(
    draft: Draft, contract: Contract, csm: User, now: datetime
) -> None:
    Contract.objects.filter(pk=contract.pk).update(target_price=270_000)
    old_file = draft.attachments.get().sha256
    assert [span.text for span in judge(draft).open_spans] == ["$268,000"]

    fresh = regenerate(draft, instruction="", version=1, now=now, by=csm)

    assert "$270,000" in fresh.body
    assert judge(fresh).open_spans == []
    assert judge(fresh).changed == ()
    assert fresh.attachments.get().sha256 != old_file


def test_writing_again_without_a_price_on_record_names_none(
    draft: Draft, contract: Contract, csm: User, now: datetime
) -> None:
    Contract.objects.filter(pk=contract.pk).update(target_price=None)

    fresh = regenerate(draft, instruction="", version=1, now=now, by=csm)

    assert "$268,000" not in fresh.body
    assert judge(fresh).open_spans == []
    assert not fresh.attachments.exists()
    assert "attached" not in fresh.body.lower()


def test_every_fact_of_an_account_opens_its_record(account: Customer, csm: User, now: datetime, client: Client) -> None:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")

    facts = account_facts(account, stakeholder=None, sender=csm, now=now)

    assert {fact.key: client.get(fact.url.split("#")[0]).status_code for fact in facts} == dict.fromkeys(
        [fact.key for fact in facts], 200
    )
