"""The Engage workspace page: every step for who may see it, every action for who may change it, and its limits."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.enums import HoldScope, TodoState
from customers.models import Activity, Customer, Todo, User
from customers.services.holds import hold_customer, set_brake
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import PlanEnd, PlanState, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from outreach.services.plans import note_draft_sent
from renewals.models import EngageRun, Override
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.renewals import lock_price, open_renewal
from tests import factories
from tests.conftest import NOW

STEPS = ("sequence", "pricing", "emails", "plan", "rehearsal", "actions")
PEOPLE = (
    ("Jennifer Park", ["champion"], "jpark@acme.example"),
    ("Robert Miller", ["decision_maker"], "rmiller@acme.example"),
    ("Sarah Chen", ["economic_buyer"], "schen@acme.example"),
    ("Tom Okafor", ["user"], "tokafor@acme.example"),
)


@pytest.fixture(autouse=True)
def _at_the_moment() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def account(csm: User, lead: User) -> Callable[..., Customer]:
    def make(*, people: Any = PEOPLE, days: int = 117, locked: bool = True, **fields: Any) -> Customer:
        customer = factories.CustomerFactory.create(owner=csm, **fields)
        for name, roles, email in people:
            factories.StakeholderFactory.create(customer=customer, name=name, roles=roles, email=email)
        contract = factories.ContractFactory.create(customer=customer, renewal_date=(NOW + timedelta(days=days)).date())
        renewal = open_renewal(contract, now=NOW, by=csm)
        if locked:
            lock_price(renewal, now=NOW, by=lead)
        return customer

    return make


@pytest.fixture
def acme(account: Callable[..., Customer], csm: User) -> Customer:
    customer = account()
    open_run(customer, csm)
    return customer


def open_run(customer: Customer, by: User) -> EngageRun:
    run = open_engage(customer, now=NOW, by=by)
    write_letters(run, now=NOW, by=by)
    return run


def know_everything(customer: Customer) -> None:
    """Give the letters every kind of fact there is."""
    factories.WinFactory.create(customer=customer)
    last = NOW - timedelta(days=20)
    factories.MeetingFactory.create(customer=customer, starts_at=last, state="held", held_at=last)
    for days, value in ((200, 60), (100, 72), (1, 81)):
        factories.UsageSampleFactory.create(customer=customer, value=Decimal(value), at=NOW - timedelta(days=days))


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, customer: Customer, *args: Any) -> str:
    return reverse(f"renewals:engage{name}", args=[customer.pk, *args])


def page(client: Client, customer: Customer, step: str) -> str:
    response = client.get(url("_step", customer, step))
    assert response.status_code == 200
    return response.content.decode()


# Before it is opened


@pytest.mark.django_db
def test_start_names_what_is_missing_and_opens(account: Callable[..., Customer], csm: User) -> None:
    customer = account(people=(("Ann Lee", ["champion"], ""),), locked=False)
    client = as_user(csm)

    text = client.get(url("", customer)).content.decode()

    assert "It is time" in text
    assert "The target price is not locked" in text
    assert reverse("renewals:lock_price", args=[customer.pk]) in text
    assert "No decision maker is on record" in text
    assert "No economic buyer is on record" in text
    assert "Ann Lee has no email address" in text
    assert "Open Engage" in text


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "words", "may_open"), [(120, "Not yet", False), (119, "It is time", True)])
def test_start_says_whether_it_is_time(
    account: Callable[..., Customer], csm: User, days: int, words: str, may_open: bool
) -> None:
    customer = account(days=days)

    text = as_user(csm).get(url("", customer)).content.decode()

    assert words in text
    assert ("Open Engage" in text) is may_open


@pytest.mark.django_db
def test_start_without_contract_leads_to_it(csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)

    text = as_user(csm).get(url("", customer)).content.decode()

    assert "No running contract" in text
    assert reverse("renewals:contract", args=[customer.pk]) in text


@pytest.mark.django_db
def test_steps_before_opening_lead_to_the_start(account: Callable[..., Customer], csm: User) -> None:
    customer = account()

    response = as_user(csm).get(url("_step", customer, "plan"))

    assert response.headers["Location"] == url("", customer)


@pytest.mark.django_db
def test_open_makes_plan_and_emails(account: Callable[..., Customer], csm: User) -> None:
    customer = account()

    response = as_user(csm).post(url("_open", customer))

    assert response.headers["Location"] == url("_step", customer, "sequence")
    assert OutreachPlan.objects.get(customer=customer).state == PlanState.PROPOSED
    assert Draft.objects.filter(customer=customer).count() == 3


@pytest.mark.django_db
def test_open_too_early_says_when(account: Callable[..., Customer], csm: User) -> None:
    customer = account(days=130)

    response = as_user(csm).post(url("_open", customer), follow=True)

    assert "Engage opens on" in response.content.decode()
    assert not EngageRun.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_unknown_and_known_steps(acme: Customer, csm: User, step: str) -> None:
    client = as_user(csm)

    assert client.get(url("_step", acme, step)).status_code == 200
    assert client.get(url("_step", acme, f"{step}s-of-another-kind")).status_code == 404


# What the steps show


@pytest.mark.django_db
def test_sequence_shows_strategies_votes_people_and_weeks(acme: Customer, csm: User) -> None:
    text = page(as_user(csm), acme, "sequence")

    for words in ("Champion first", "Economic buyer first", "Parallel", "Recommended", "In use"):
        assert words in text
    assert "above 8/10" in text
    assert text.index("Jennifer Park") < text.index("Robert Miller") < text.index("Sarah Chen")
    assert "Day 115" in text
    assert 'class="owner-badge owner-csm"' in text
    assert 'class="owner-badge owner-ae"' in text
    assert "Not contacted" in text
    assert "Tom Okafor" in text


@pytest.mark.django_db
def test_pricing_shows_table_votes_variations_fallback(acme: Customer, csm: User) -> None:
    text = page(as_user(csm), acme, "pricing")

    for words in ("Lead with price", "Value first", "Attachment only", "No price"):
        assert words in text
    assert 'class="is-decisive"' in text
    assert text.count('class="is-vote"') == 3
    assert "Expects transparency, and the increase is modest." in text
    assert "If the price meets resistance" in text
    assert "an increase under 5%" in text


@pytest.mark.django_db
def test_pricing_lets_look_at_another_approach_without_choosing_it(acme: Customer, csm: User) -> None:
    text = as_user(csm).get(url("_step", acme, "pricing"), {"approach": "no_price"}).content.decode()

    assert "Use no price" in text
    assert OutreachPlan.objects.get(customer=acme).pricing_approach == "value_first"


@pytest.mark.django_db
def test_emails_stand_in_order_with_their_timing(acme: Customer, csm: User) -> None:
    text = page(as_user(csm), acme, "emails")

    places = [text.index(f'id="draft-{draft.pk}"') for draft in Draft.objects.order_by("position")]
    assert places == sorted(places)
    assert len(places) == 3
    assert "Week 1 (Day 115)" in text


@pytest.mark.django_db
def test_emails_say_that_the_price_is_not_locked(account: Callable[..., Customer], csm: User) -> None:
    customer = account(locked=False)
    open_run(customer, csm)

    text = page(as_user(csm), customer, "emails")

    assert "The target price is not locked" in text
    assert reverse("renewals:lock_price", args=[customer.pk]) in text


@pytest.mark.django_db
def test_emails_to_nobody_lead_to_people(account: Callable[..., Customer], csm: User) -> None:
    customer = account(people=())
    open_run(customer, csm)

    text = page(as_user(csm), customer, "emails")

    assert "Nobody to write to" in text
    assert reverse("customers:person_new", args=[customer.pk]) in text


@pytest.mark.django_db
def test_emails_name_who_has_no_address_and_write_it_when_entered(account: Callable[..., Customer], csm: User) -> None:
    customer = account(people=(("Ann Lee", ["champion"], ""),))
    open_run(customer, csm)
    client = as_user(csm)

    assert "There is no email address on record." in page(client, customer, "emails")
    customer.stakeholders.update(email="ann@acme.example")
    client.post(url("_write", customer))

    assert Draft.objects.get(customer=customer).to_email == "ann@acme.example"


@pytest.mark.django_db
def test_plan_draws_each_touch_once_and_lists_it(acme: Customer, csm: User) -> None:
    text = page(as_user(csm), acme, "plan")

    dated = Touch.objects.filter(plan__customer=acme, due_date__isnull=False)
    assert dated.count() > 15
    for touch in dated:
        assert text.count(f'href="#touch-{touch.pk}"') == 1
        assert text.count(f'id="touch-{touch.pk}"') == 1
    assert "plan-deadline" in text
    assert "is-conditional" in text
    assert 'style="' not in text


@pytest.mark.django_db
def test_plan_names_what_does_not_fit(account: Callable[..., Customer], csm: User) -> None:
    customer = account(days=80)
    open_run(customer, csm)

    text = page(as_user(csm), customer, "plan")

    assert "do not fit before the notice deadline" in text
    assert "Send email to Jennifer Park" in text
    assert "Nothing is planned" in text


@pytest.mark.django_db
def test_rehearsal_shows_quote_answer_and_both_next_steps(acme: Customer, csm: User) -> None:
    text = page(as_user(csm), acme, "rehearsal")

    for words in ("7.2% is more than we planned for", "Acknowledge", "Reframe", "Value anchor", "Bridge"):
        assert words in text
    assert "High likelihood" in text
    assert "If it is soft" in text
    assert "If it is hard" in text


@pytest.mark.django_db
@pytest.mark.parametrize(("show", "wanted"), [("ai", "ai"), ("csm", "csm")])
def test_actions_filter_by_who_does_them(acme: Customer, csm: User, show: str, wanted: str) -> None:
    text = as_user(csm).get(url("_step", acme, "actions"), {"show": show}).content.decode()

    for todo in Todo.objects.filter(customer=acme):
        assert (f'id="task-{todo.pk}"' in text) is (todo.actor == wanted)


@pytest.mark.django_db
def test_head_shows_hold_and_brake(acme: Customer, csm: User) -> None:
    hold_customer(acme, scope=HoldScope.ACCOUNT, until=None, reason="Merger talks", now=NOW, by=csm)
    set_brake(acme, reason="Jennifer replied", now=NOW, by=None)

    text = page(as_user(csm), acme, "sequence")

    assert "Merger talks" in text
    assert "Jennifer replied" in text


@pytest.mark.django_db
def test_changed_figures_are_told(acme: Customer, csm: User) -> None:
    Customer.objects.filter(pk=acme.pk).update(churn_risk=64)

    text = page(as_user(csm), acme, "sequence")

    assert "Since Engage was opened" in text
    assert "64/100" in text


@pytest.mark.django_db
def test_hostile_names_are_inert(account: Callable[..., Customer], csm: User) -> None:
    hostile = "<script>alert(1)</script>"
    customer = account(name=hostile, people=((hostile, ["champion"], "x@acme.example"),))
    open_run(customer, csm)
    client = as_user(csm)

    for step in STEPS:
        assert "<script>alert" not in page(client, customer, step)


@pytest.mark.django_db
def test_account_page_names_the_people_of_the_plan(acme: Customer, csm: User) -> None:
    text = as_user(csm).get(reverse("customers:account", args=[acme.pk])).content.decode()

    panel = text[text.index('id="engage"') :]
    assert panel.index("Jennifer Park") < panel.index("Robert Miller") < panel.index("Sarah Chen")
    assert "Plan proposed" in panel


@pytest.mark.django_db
def test_account_page_has_no_engage_panel_before_it_is_opened(account: Callable[..., Customer], csm: User) -> None:
    text = as_user(csm).get(reverse("customers:account", args=[account().pk])).content.decode()

    assert 'id="engage-title"' not in text


# What a person decides


@pytest.mark.django_db
def test_strategy_is_changed_with_its_reason(acme: Customer, csm: User) -> None:
    client = as_user(csm)

    client.post(url("_strategy", acme), {"approach": "parallel", "reason": "They decide together."})

    assert OutreachPlan.objects.get(customer=acme).approach == "parallel"
    text = page(client, acme, "sequence")
    assert "They decide together." in text
    assert "Dana Whitfield" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("_strategy", {"approach": "parallel"}),
        ("_price", {"approach": "no_price"}),
        ("_owner", {"stakeholder": "PERSON", "owner": "executive"}),
        ("_variation", {"stakeholder": "PERSON", "approach": "no_price"}),
    ],
)
@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_choice_without_good_reason_changes_nothing_and_keeps_the_input(
    acme: Customer, csm: User, name: str, data: dict[str, str], reason: str
) -> None:
    person = str(acme.stakeholders.get(name="Robert Miller").pk)
    sent = {key: person if value == "PERSON" else value for key, value in data.items()}

    response = as_user(csm).post(url(name, acme), {**sent, "reason": reason})

    text = response.content.decode()
    assert response.status_code == 200
    assert "Say why, so that others can follow it." in text or "At most 500 characters." in text
    assert 'aria-invalid="true"' in text
    assert not reason.strip() or reason in text
    assert not Override.objects.exists()


@pytest.mark.django_db
def test_unknown_choice_is_refused_in_words(acme: Customer, csm: User) -> None:
    response = as_user(csm).post(url("_strategy", acme), {"approach": "everybody", "reason": "Why not"})

    assert response.status_code == 200
    assert not Override.objects.exists()


@pytest.mark.django_db
def test_order_is_tried_out_by_its_address_and_saved_with_a_reason(acme: Customer, csm: User) -> None:
    client = as_user(csm)
    ids = {row.name: str(row.pk) for row in acme.stakeholders.all()}
    wanted = ",".join([ids["Sarah Chen"], ids["Jennifer Park"], ids["Tom Okafor"]])

    tried = client.get(url("_step", acme, "sequence"), {"order": wanted}).content.decode()

    assert "This order is not saved yet." in tried
    assert f'value="{wanted}"' in tried
    assert not Override.objects.exists()

    client.post(url("_order", acme), {"order": wanted, "reason": "The CFO asked us first."})

    emails = Touch.objects.filter(plan__customer=acme, kind=TouchKind.EMAIL).exclude(state=TouchState.CANCELLED)
    names = [touch.stakeholder.name for touch in emails.order_by("order")]
    assert names == ["Sarah Chen", "Jennifer Park", "Tom Okafor"]
    assert "The CFO asked us first." in page(client, acme, "sequence")


@pytest.mark.django_db
def test_order_moves_are_offered_as_whole_orders(acme: Customer, csm: User) -> None:
    ids = {row.name: str(row.pk) for row in acme.stakeholders.all()}

    text = page(as_user(csm), acme, "sequence")

    offered = set(re.findall(r'name="order" value="([^"]*)"', text))
    first, second, third, extra = (ids[name] for name, _, _ in PEOPLE)
    assert offered == {
        f"{second},{first},{third}",
        f"{first},{third},{second}",
        f"{second},{third}",
        f"{first},{third}",
        f"{first},{second}",
        f"{first},{second},{third},{extra}",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("order", ["", ",,,", "not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_order_of_nobody_known_is_refused(acme: Customer, csm: User, order: str) -> None:
    response = as_user(csm).post(url("_order", acme), {"order": order, "reason": "Because"})

    assert response.status_code == 200
    assert not Override.objects.exists()


@pytest.mark.django_db
def test_order_with_somebody_elses_person_is_refused(acme: Customer, csm: User) -> None:
    stranger = factories.StakeholderFactory.create()

    response = as_user(csm).post(url("_order", acme), {"order": str(stranger.pk), "reason": "Because"})

    assert stranger.name not in response.content.decode()
    assert not Override.objects.exists()


@pytest.mark.django_db
def test_owner_is_changed(acme: Customer, csm: User) -> None:
    person = acme.stakeholders.get(name="Jennifer Park")

    as_user(csm).post(
        url("_owner", acme), {"stakeholder": str(person.pk), "owner": "executive", "reason": "They know each other."}
    )

    touch = Touch.objects.get(plan__customer=acme, kind=TouchKind.EMAIL, stakeholder=person)
    assert touch.owner_kind == "executive"


@pytest.mark.django_db
def test_price_approach_and_variation_reach_the_unsent_emails(acme: Customer, csm: User) -> None:
    client = as_user(csm)
    buyer = acme.stakeholders.get(name="Sarah Chen")

    client.post(url("_price", acme), {"approach": "bury_price", "reason": "They compare vendors."})
    client.post(
        url("_variation", acme), {"stakeholder": str(buyer.pk), "approach": "no_price", "reason": "Meet her first."}
    )

    approaches = dict(Draft.objects.filter(customer=acme).values_list("to_name", "price_approach"))
    assert approaches["Sarah Chen"] == "no_price"
    assert approaches["Robert Miller"] == "bury_price"
    text = page(client, acme, "pricing")
    assert "They compare vendors." in text
    assert "Meet her first." in text


@pytest.mark.django_db
def test_task_is_done_by_a_click_and_opened_again(acme: Customer, csm: User) -> None:
    client = as_user(csm)
    todo = Todo.objects.filter(customer=acme, actor="csm").first()
    assert todo is not None

    response = client.post(url("_task", acme, todo.pk), {"state": "done", "show": "open"})
    todo.refresh_from_db()
    assert (todo.state, todo.done_by) == (TodoState.DONE, csm)
    assert response.headers["Location"] == url("_step", acme, "actions") + "?show=open"

    client.post(url("_task", acme, todo.pk), {"state": "open"})
    todo.refresh_from_db()
    assert todo.state == TodoState.OPEN


@pytest.mark.django_db
def test_task_of_another_account_is_not_there(acme: Customer, csm: User) -> None:
    other = Todo.objects.create(customer=factories.CustomerFactory.create(owner=csm), title="x", waits_since=NOW)

    response = as_user(csm).post(url("_task", acme, other.pk), {"state": "done"})

    other.refresh_from_db()
    assert response.status_code == 404
    assert other.state == TodoState.OPEN


@pytest.mark.django_db
def test_touch_is_settled_once(acme: Customer, csm: User) -> None:
    client = as_user(csm)
    touch = Touch.objects.filter(plan__customer=acme, kind=TouchKind.REMINDER).first()
    assert touch is not None

    client.post(url("_touch", acme, touch.pk), {"state": "skipped"})
    again = client.post(url("_touch", acme, touch.pk), {"state": "done"}, follow=True)

    touch.refresh_from_db()
    assert touch.state == TouchState.SKIPPED
    assert "settled before" in again.content.decode()


@pytest.mark.django_db
def test_plan_is_closed_with_a_reason_and_can_be_opened_anew(acme: Customer, csm: User) -> None:
    client = as_user(csm)

    refused = client.post(url("_close", acme), {"reason": ""})
    assert "Say why the plan ends here." in refused.content.decode()
    client.post(url("_close", acme), {"reason": "They were bought."})

    plan = OutreachPlan.objects.get(customer=acme)
    assert (plan.state, plan.end, plan.end_reason) == (PlanState.CLOSED, PlanEnd.PERSON, "They were bought.")
    text = page(client, acme, "sequence")
    assert "Plan closed" in text
    assert "Use this instead" not in text
    assert "Open a new plan" in text


@pytest.mark.django_db
def test_closed_plan_takes_no_change(acme: Customer, csm: User) -> None:
    client = as_user(csm)
    client.post(url("_close", acme), {"reason": "They were bought."})

    response = client.post(url("_strategy", acme), {"approach": "parallel", "reason": "Too late"})

    assert "This plan is closed." in response.content.decode()
    assert not Override.objects.exists()


@pytest.mark.django_db
def test_sent_email_is_counted_and_fixed_in_the_order(acme: Customer, csm: User) -> None:
    champion = acme.stakeholders.get(name="Jennifer Park")
    Draft.objects.filter(customer=acme, stakeholder=champion).update(
        state=DraftState.SENT, sent_at=NOW, message_id="<1@evergreen.example>"
    )

    text = page(as_user(csm), acme, "sequence")

    assert "1 of 3 sent" in text
    assert "Contacted" in text
    assert "Move Jennifer Park down" not in text
    assert "Leave Jennifer Park out" not in text


@pytest.mark.django_db
def test_strategy_stays_when_days_go_by_under_way(acme: Customer, csm: User) -> None:
    champion = acme.stakeholders.get(name="Jennifer Park")
    first = Touch.objects.get(plan__customer=acme, kind=TouchKind.EMAIL, stakeholder=champion)
    note_draft_sent(first.draft_id, sent_at=NOW)

    with time_machine.travel(NOW + timedelta(days=22), tick=False):
        client = as_user(csm)
        buyer = acme.stakeholders.get(name="Sarah Chen")
        client.post(
            url("_owner", acme), {"stakeholder": str(buyer.pk), "owner": "executive", "reason": "They know each other."}
        )
        text = page(client, acme, "sequence")

    assert OutreachPlan.objects.get(customer=acme).approach == "champion_first"
    assert "in 95 days" in text
    assert "Champion first: there is time" in text


# Who may


ACTIONS = ("_open", "_close", "_write", "_replan", "_strategy", "_order", "_owner", "_price", "_variation")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", *ACTIONS])
def test_not_yours_is_not_there(acme: Customer, stranger: User, name: str) -> None:
    client = as_user(stranger)

    assert client.get(url(name, acme)).status_code == 404
    assert client.post(url(name, acme), {"reason": "x"}).status_code == (404 if name else 405)


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_not_yours_has_no_steps(acme: Customer, stranger: User, step: str) -> None:
    assert as_user(stranger).get(url("_step", acme, step)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTIONS)
def test_reader_changes_nothing(acme: Customer, reader: User, name: str) -> None:
    client = as_user(reader)
    before = Activity.objects.count()

    response = client.post(
        url(name, acme), {"approach": "parallel", "reason": "x", "order": "", "stakeholder": str(uuid.uuid4())}
    )

    assert response.status_code == 403
    assert Activity.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_reader_sees_everything_and_no_action(acme: Customer, reader: User, step: str) -> None:
    text = page(as_user(reader), acme, step)

    main = text[text.index('<main id="content"') : text.index("</main>")]
    assert "Jennifer Park" in main or step == "rehearsal"
    assert 'method="post"' not in main or step == "emails"
    assert "Close the plan" not in main


@pytest.mark.django_db
def test_signed_out_is_asked_in(acme: Customer) -> None:
    response = Client().get(url("", acme))

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("customers:sign_in"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "_close"])
def test_action_asked_for_by_address_changes_nothing(acme: Customer, csm: User, name: str) -> None:
    client = as_user(csm)
    before = Activity.objects.count()

    response = client.get(url(name, acme))

    assert response.status_code == 302
    assert Activity.objects.count() == before


@pytest.mark.django_db
def test_post_without_token_is_refused(acme: Customer, csm: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(csm)

    response = client.post(url("_strategy", acme), {"approach": "parallel", "reason": "x"})

    assert response.status_code == 403


# In place


@pytest.mark.django_db
def test_htmx_gets_only_the_parts(acme: Customer, csm: User) -> None:
    response = as_user(csm).get(url("_step", acme, "plan"), headers={"HX-Request": "true"})

    text = response.content.decode()
    assert "<html" not in text
    for part in ("artifact", "engage-head", "engage-rail", "toasts", "notices"):
        assert f'id="{part}"' in text
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.django_db
def test_history_restore_gets_the_whole_page(acme: Customer, csm: User) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    text = as_user(csm).get(url("_step", acme, "plan"), headers=headers).content.decode()

    assert "<html" in text


# How many queries


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
def test_queries_stay_few_whatever_the_number_of_people(
    account: Callable[..., Customer],
    csm: User,
    step: str,
    django_assert_max_num_queries: Any,
    django_assert_num_queries: Any,
) -> None:
    client = as_user(csm)
    one = account(people=PEOPLE[:1])
    many = account(people=tuple((n, r, e.replace("acme", "many")) for n, r, e in PEOPLE))
    know_everything(one)
    know_everything(many)
    open_run(one, csm)
    run = open_run(many, csm)
    ids = tuple(many.stakeholders.values_list("pk", flat=True))
    client.post(url("_order", many), {"order": ",".join(map(str, ids)), "reason": "All four."})
    page(client, many, step)

    with django_assert_max_num_queries(12) as counted:
        page(client, many, step)
    with django_assert_num_queries(len(counted)):
        page(client, one, step)
    assert run.plan.touches.exists()
