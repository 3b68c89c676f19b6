"""The command bar by API: every state, every action, whose accounts, which scopes, once and not stale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.models import Activity, Customer, Hold, Stakeholder, User, WorkspaceSettings
from emails.models import Draft
from emails.services.editing import save_draft
from outreach.models import Enrollment, OutreachSequence, UpsellIntroduction
from outreach.services.outreach_stand_in import connect_stand_in
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.conftest import NOW
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]

SHAPE = {
    "understood", "state", "message", "choices", "confirm", "confirmLabel", "facts", "points", "links", "draft",
    "editing",
}  # fmt: skip


@pytest.fixture
def acme(csm: User, ops: User) -> Customer:
    executive = factories.UserFactory.create(username="alex", first_name="Alex")
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme Corp", account_executive=executive)
    factories.StakeholderFactory.create(
        customer=customer, name="Jennifer Park", email="jennifer@acme.example", primary=True
    )
    return customer


@pytest.fixture
def jennifer(acme: Customer) -> Stakeholder:
    return Stakeholder.objects.get(customer=acme)


@pytest.fixture
def sequences(ops: User, csm: User, acme: Customer) -> list[OutreachSequence]:
    connect_stand_in(now=NOW, by=ops)
    return list(OutreachSequence.objects.all())


def say(api: Caller, text: str, confirm: str | None = None) -> dict[str, Any]:
    response = api.post("/api/command", {"text": text, **({"confirm": confirm} if confirm else {})})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    assert set(body) == SHAPE
    assert set(body["understood"]) == {"action", "arguments"}
    assert body["state"] in ("done", "needs_confirmation", "ask", "unknown", "refused")
    assert bool(body["confirm"]) == (body["state"] == "needs_confirmation")
    return body


def choose(body: dict[str, Any], label: str) -> str:
    return next(one["confirm"] for one in body["choices"] if one["label"] == label)


def test_unknown_sentence_gives_suggestions_and_no_action(api: Caller) -> None:
    body = say(api, "Lorem ipsum dolor sit amet consectetur adipiscing")

    assert body["state"] == "unknown"
    assert body["understood"] == {"action": None, "arguments": {}}
    assert len(body["choices"]) > 3


def test_introduction_from_sentence_to_sent_mail(api: Caller, acme: Customer, now: datetime) -> None:
    grow(acme, now=now)

    written = say(api, "Introduce upsell to Acme Corp")
    assert written["state"] == "done"
    assert written["understood"]["action"] == "introduce_upsell"
    facts = {row["label"]: row["value"] for row in written["facts"]}
    assert facts["Current tier"] == "Professional"
    assert facts["Users"] == "98 of 100 (98 %)"
    assert facts["Health score"] == "87 (excellent)"
    assert facts["Recommended approach"].startswith("Problem-solving")
    assert [one["label"] for one in written["choices"]] == ["Edit", "CC Account Executive", "Send"]
    assert Draft.objects.get().state == "draft"

    edited = say(api, "Edit", choose(written, "Edit"))
    assert edited["editing"] is True
    copied = say(api, "CC Account Executive", choose(written, "CC Account Executive"))
    assert copied["draft"]["cc"] == ["alex@evergreen.example"]

    asked = say(api, "Send", choose(copied, "Send"))
    assert asked["state"] == "needs_confirmation"
    shown = {row["label"]: row["value"] for row in asked["facts"]}
    assert shown["To"] == "Jennifer Park <jennifer@acme.example>"
    assert shown["Copy to"] == "alex@evergreen.example"
    assert shown["Price shown"] == "not in the text"
    assert shown["Files"] == "none"
    assert Draft.objects.get().state == "draft"

    sent = say(api, "Send", asked["confirm"])
    assert sent["state"] == "done"
    assert sent["message"] == "Upsell introduction sent to Acme Corp!"
    assert Draft.objects.get().approved_by == acme.owner
    assert Draft.objects.get().is_sent

    assert say(api, "Send", asked["confirm"]) == sent
    assert Activity.objects.filter(verb="draft.approved").count() <= 1
    assert UpsellIntroduction.objects.count() == 1


def test_plain_send_means_ones_own_last_draft(api: Caller, acme: Customer, now: datetime) -> None:
    grow(acme, now=now)
    say(api, "Send expansion email to Acme Corp")

    body = say(api, "Send")

    assert body["state"] == "needs_confirmation"
    assert "Jennifer Park at Acme Corp" in body["message"]


def test_introduction_that_waits_is_shown_again_and_not_written_twice(
    api: Caller, acme: Customer, now: datetime
) -> None:
    grow(acme, now=now)
    first = say(api, "Introduce upsell to Acme Corp")

    again = say(api, "please introduce upsell to “acme corp”!")

    assert again["draft"]["id"] == first["draft"]["id"]
    another = say(api, "", choose(again, "Write another"))
    assert another["draft"]["id"] != first["draft"]["id"]
    assert UpsellIntroduction.objects.count() == 2


def test_yes_to_an_older_text_sends_nothing(api: Caller, acme: Customer, csm: User, now: datetime) -> None:
    grow(acme, now=now)
    say(api, "Introduce upsell to Acme Corp")
    asked = say(api, "Send")
    draft = Draft.objects.get()
    save_draft(draft, version=draft.version, now=now, by=csm, subject="Another subject")

    body = say(api, "Send", asked["confirm"])

    assert body["state"] == "refused"
    assert "changed since it was shown" in body["message"]
    assert Draft.objects.get().state == "draft"


def test_enrollment_stays_pending_until_somebody_approves(
    api: Caller, jennifer: Stakeholder, sequences: list[OutreachSequence]
) -> None:
    name = next(row.name for row in sequences if "nboarding" in row.name)

    body = say(api, "Enroll Jennifer in onboarding sequence")

    assert body["state"] == "done", body
    assert body["understood"]["arguments"]["stakeholderId"] == str(jennifer.pk)
    assert body["understood"]["arguments"]["sequence"] == name
    assert Enrollment.objects.get().state == "pending_approval"
    again = say(api, "Enroll Jennifer in onboarding sequence")
    assert again["state"] == "refused"
    assert Enrollment.objects.count() == 1
    shown = say(api, "What sequences is Jennifer in?")
    assert name in shown["points"][0]["text"]


def test_two_people_of_the_name_are_asked_about(
    api: Caller, jennifer: Stakeholder, csm: User, sequences: list[OutreachSequence]
) -> None:
    other = factories.CustomerFactory.create(owner=csm, name="Globex")
    second = factories.StakeholderFactory.create(customer=other, name="Jennifer Diaz")

    asked = say(api, "Enroll Jennifer in onboarding sequence")
    assert asked["state"] == "ask"
    assert not Enrollment.objects.exists()

    body = say(api, "", choose(asked, "Jennifer Diaz, Globex"))
    assert body["state"] == "done"
    assert Enrollment.objects.get().stakeholder == second


def test_pausing_with_nobody_there_says_so(api: Caller, jennifer: Stakeholder) -> None:
    body = say(api, "Pause outreach for Acme Corp")

    assert body["state"] == "done"
    assert body["understood"]["action"] == "pause_outreach"
    assert "No sequence of Acme Corp" in body["message"]


def test_pause_and_resume_ask_first_and_name_each(
    api: Caller, jennifer: Stakeholder, csm: User, sequences: list[OutreachSequence], now: datetime
) -> None:
    from outreach.enums import AskedThrough
    from outreach.services.enrolling import Asking, approve_enrollment, ask_to_enroll
    from outreach.services.enrollment_sending import work

    asking = Asking(sequences[0].sequence_id, AskedThrough.ACCOUNT)
    row = approve_enrollment(ask_to_enroll(jennifer, asking, now=now, by=csm), now=now, by=csm)
    work(row.pk, now=now)

    asked = say(api, "Pause outreach for Acme Corp")
    assert asked["state"] == "needs_confirmation"
    assert "Jennifer Park" in asked["points"][0]["text"]
    paused = say(api, "Pause outreach for Acme Corp", asked["confirm"])
    assert paused["message"] == "Paused 1 of 1 sequence for Acme Corp."
    assert Enrollment.objects.get().standing == "paused"
    assert say(api, "", asked["confirm"]) == paused

    resumed = say(api, "", say(api, "Resume outreach for Jennifer")["confirm"])
    assert resumed["state"] == "done"
    assert Enrollment.objects.get().standing == "active"


def test_hold_shows_the_deadline_inside_and_is_done_once(api: Caller, acme: Customer) -> None:
    factories.ContractFactory.create(customer=acme, renewal_date=(NOW + timedelta(days=120)).date())

    asked = say(api, "Hold Acme Corp until 2026-05-01 because they are moving")
    assert asked["state"] == "needs_confirmation"
    assert asked["understood"]["arguments"]["until"] == "2026-05-01"
    assert any("notice deadline" in point["text"] for point in asked["points"])
    assert not Hold.objects.exists()

    held = say(api, "", asked["confirm"])
    assert held["state"] == "done"
    assert say(api, "", asked["confirm"]) == held
    hold = Hold.objects.get()
    assert (hold.scope, hold.reason, hold.set_by) == ("account", "they are moving", acme.owner)
    assert hold.until and hold.until.isoformat() == "2026-05-01T04:00:00+00:00"

    assert say(api, "Hold Acme Corp")["state"] == "refused"
    asked = say(api, "Resume Acme Corp")
    assert say(api, "", asked["confirm"])["state"] == "done"
    assert Hold.objects.get().ended_at is not None


def test_only_the_journey_is_a_choice(api: Caller, acme: Customer) -> None:
    asked = say(api, "Hold Acme Corp for two weeks")

    journey = say(api, "", choose(asked, "Only the journey"))

    assert journey["state"] == "needs_confirmation"
    assert journey["understood"]["arguments"]["scope"] == "journey"
    assert journey["understood"]["arguments"]["until"] == "2026-03-18"


def test_day_that_may_be_two_is_asked_about(api: Caller, acme: Customer) -> None:
    asked = say(api, "Hold Acme Corp until 4/5/2026")

    assert asked["state"] == "ask"
    body = say(api, "", asked["choices"][1]["confirm"])
    assert body["understood"]["arguments"]["until"] == "2026-04-05"


def test_two_accounts_that_fit_are_asked_about(api: Caller, acme: Customer, csm: User) -> None:
    rail = factories.CustomerFactory.create(owner=csm, name="Acme Rail")

    asked = say(api, "Hold Acme until Friday")

    assert asked["state"] == "ask"
    assert [one["label"] for one in asked["choices"]] == ["Acme Corp", "Acme Rail"]
    assert asked["choices"][1]["text"] == "Hold Acme Rail until Friday"
    body = say(api, asked["choices"][1]["text"], asked["choices"][1]["confirm"])
    assert body["understood"]["arguments"]["customerId"] == str(rail.pk)


def test_misspelt_name_is_confirmed_before_anything_is_written(api: Caller, acme: Customer, now: datetime) -> None:
    grow(acme, now=now)

    body = say(api, "Introduce upsell to Akme Corp")

    assert body["state"] == "needs_confirmation"
    assert body["points"][0]["text"] == "I read “Akme Corp” as Acme Corp."
    assert not Draft.objects.exists()
    assert say(api, "", body["confirm"])["draft"]["subject"]


@pytest.mark.parametrize("sentence", ["Show {}", "Introduce upsell to {}", "Hold {}", "When is month 4 for {} due?"])
def test_foreign_account_is_as_unknown_as_one_that_is_not_there(
    api: Caller, acme: Customer, foreign: Customer, sentence: str
) -> None:
    theirs = say(api, sentence.format("Foreign Freight"))
    nobodys = say(api, sentence.format("Nobody Knows"))

    assert theirs["state"] == nobodys["state"] == "refused"
    assert theirs["message"].replace("Foreign Freight", "X") == nobodys["message"].replace("Nobody Knows", "X")


def test_token_of_another_person_is_none(
    call_as: Callable[..., Caller], api: Caller, lead: User, acme: Customer
) -> None:
    asked = say(api, "Hold Acme Corp until Friday")

    body = say(call_as(lead), "", asked["confirm"])

    assert body["state"] == "refused"
    assert not Hold.objects.exists()


@pytest.mark.parametrize("token", ["x", "x.y", "e30.AAAA", "é.é", "a" * 5000])
def test_made_up_token_is_refused(api: Caller, token: str) -> None:
    assert say(api, "Send", token)["state"] == "refused"


def test_token_lives_ten_minutes(api: Caller, acme: Customer) -> None:
    asked = say(api, "Hold Acme Corp until 2026-05-01")

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        body = say(api, "", asked["confirm"])

    assert body["state"] == "refused"
    assert "10 minutes" in body["message"]
    assert not Hold.objects.exists()


def test_who_may_only_read_may_ask_but_not_change(call_as: Callable[..., Caller], reader: User, acme: Customer) -> None:
    caller = call_as(reader)

    assert say(caller, "Show Acme Corp")["state"] == "done"
    for sentence in ("Hold Acme Corp", "Introduce upsell to Acme Corp", "Send", "Write to Acme Corp"):
        assert say(caller, sentence)["state"] == "refused"
    assert not Draft.objects.exists()


def test_scopes_are_read_write_and_approve(call_as: Callable[..., Caller], csm: User, acme: Customer) -> None:
    def status(scopes: tuple[str, ...], text: str) -> int:
        return call_as(csm, scopes).post("/api/command", {"text": text}).status_code

    assert status(("read",), "Show Acme Corp") == 200
    assert status(("read",), "Hold Acme Corp") == 403
    assert status(("read", "write"), "Hold Acme Corp") == 200
    assert status(("read", "write"), "Send") == 403
    assert status(("read", "write", "approve"), "Send") == 200


def test_letter_is_begun_with_its_recipient_and_topic(api: Caller, jennifer: Stakeholder) -> None:
    body = say(api, "Write to Jennifer at Acme Corp about the new reporting")

    assert body["state"] == "done"
    assert body["editing"] is True
    assert body["draft"]["subject"] == "The new reporting"
    assert body["draft"]["to"]["email"] == "jennifer@acme.example"
    assert Draft.objects.get().state == "draft"


def test_letter_with_an_open_claim_is_not_sent(api: Caller, jennifer: Stakeholder, csm: User, now: datetime) -> None:
    say(api, "Write to Jennifer about prices")
    draft = Draft.objects.get()
    save_draft(draft, version=draft.version, now=now, by=csm, body="Hi Jennifer,\n\nYou saved $987,654.\n\nDana")

    body = say(api, "Send")

    assert body["state"] == "refused"
    assert any("987,654" in point["text"] for point in body["points"])


def test_renewal_and_renewals(api: Caller, acme: Customer) -> None:
    factories.ContractFactory.create(customer=acme, renewal_date=datetime(2026, 3, 20).date())

    one = say(api, "When does Acme Corp renew?")
    listed = say(api, "which renewals come this month?")

    assert one["message"] == "Acme Corp renews in 16 days, on Fri 20 Mar 2026."
    assert listed["points"][0]["text"] == "Acme Corp: Fri 20 Mar 2026, $250,000 a year"
    assert listed["understood"]["arguments"]["count"] == 1


def test_questions_about_nothing_are_answered(api: Caller, acme: Customer) -> None:
    assert say(api, "Who is overdue?")["message"] == "No journey is overdue."
    assert say(api, "Which accounts are on hold?")["message"] == "Nothing is on hold."
    assert say(api, "What waits for my approval?")["message"] == "Nothing waits for a yes."
    assert say(api, "Why was the mail to Acme Corp not sent?")["message"] == "No letter to Acme Corp is on record."
    assert say(api, "When is month 4 for Acme Corp due?")["state"] == "refused"
    assert say(api, "What happens next for Acme Corp?")["state"] == "done"


def test_why_a_mail_was_not_sent_says_what_keeps_it(api: Caller, jennifer: Stakeholder) -> None:
    say(api, "Write to Jennifer about Friday")

    body = say(api, "Why was the mail to Acme Corp not sent?")

    assert "nobody has approved it" in body["points"][0]["text"]


def test_who_has_a_role_is_answered_with_the_people_of_that_account(api: Caller, acme: Customer) -> None:
    Stakeholder.objects.filter(customer=acme).update(roles=["user"])
    factories.StakeholderFactory.create(
        customer=acme, name="Ann Lee", email="ann@acme.example", title="VP", roles=["champion", "user"]
    )
    for name in ("Bo Ray", "Cy Fox"):
        factories.StakeholderFactory.create(customer=acme, name=name, email="", title="", roles=["decision_maker"])
    factories.StakeholderFactory.create(customer=acme, name="Gone", roles=["champion"], left_at=NOW)

    champion = say(api, "Who is the champion at Acme Corp?")
    deciders = say(api, "who are the decision makers at Acme Corp?")
    buyer = say(api, "Who is Acme Corp's economic buyer?")
    anybody = say(api, "Who do I talk to at Acme Corp?")

    assert (champion["state"], champion["message"]) == ("done", "Ann Lee is the champion at Acme Corp.")
    assert champion["understood"]["arguments"]["role"] == "champion"
    assert [one["text"] for one in champion["points"]] == ["Ann Lee, VP, champion, user, ann@acme.example"]
    assert deciders["message"] == "2 people at Acme Corp are decision makers:"
    assert [one["text"] for one in deciders["points"]] == ["Bo Ray, decision maker", "Cy Fox, decision maker"]
    assert buyer["message"] == "Nobody at Acme Corp is on record as economic buyer. 4 people there:"
    assert anybody["message"] == "Talk to Jennifer Park at Acme Corp, the primary contact."
    assert anybody["understood"]["arguments"]["stakeholder"] == "Jennifer Park"


def test_who_has_a_role_elsewhere_is_told_to_nobody_else(api: Caller, acme: Customer) -> None:
    other = factories.CustomerFactory.create(name="Globex", owner=factories.UserFactory.create())
    factories.StakeholderFactory.create(customer=other, name="Max Secret", roles=["champion"])

    body = say(api, "Who is the champion at Globex?")

    assert (body["state"], body["points"]) == ("refused", [])
    assert "Max" not in str(body)


@pytest.mark.parametrize("body", [{"text": "x" * 2001}, {"text": 5, "confirm": {}}, {"text": ["a"]}])
def test_nonsense_is_400_beside_its_name(api: Caller, body: dict[str, Any]) -> None:
    response = api.post("/api/command", body)

    assert response.status_code == 400
    assert error_of(response)["fields"]


def test_nul_and_marks_do_no_harm(api: Caller, acme: Customer) -> None:
    for text in ("Show \x00", "Hold '; DROP TABLE customers;--", "Show %_%", "{{7*7}}", "\u202eAcme", "'" * 300):
        assert say(api, text.replace("\x00", ""))["state"] in ("unknown", "refused", "ask", "done")


def test_bank_of_america_is_no_person_at_america(api: Caller, csm: User) -> None:
    bank = factories.CustomerFactory.create(owner=csm, name="Bank of America")

    body = say(api, "Pause outreach for Bank of America")

    assert body["understood"]["arguments"]["customerId"] == str(bank.pk)


def test_undo_seconds_of_pages_do_not_hold_the_api_back(api: Caller, acme: Customer, now: datetime) -> None:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 10})
    grow(acme, now=now)
    say(api, "Introduce upsell to Acme Corp")

    body = say(api, "", say(api, "Send")["confirm"])

    assert body["understood"]["arguments"]["status"] == "sent"
