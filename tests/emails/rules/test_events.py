"""Where a letter stands by its events, and who opened it. The order of the events never matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from emails.enums import Actor, DraftState
from emails.rules.events import EventFacts, Outcome, judge_all, next_state, weigh

T = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Macintosh) Safari/605.1"


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


DELIVERED = EventFacts("delivered", T)


@pytest.mark.parametrize(
    ("event", "actor"),
    [
        (EventFacts("open", after(600), user_agent=BROWSER), Actor.HUMAN),
        (EventFacts("open", after(600), user_agent=BROWSER, is_machine=True), Actor.MACHINE),
        (EventFacts("open", after(9), user_agent=BROWSER), Actor.MACHINE),
        (EventFacts("open", after(10), user_agent=BROWSER), Actor.HUMAN),
        (EventFacts("open", after(-1), user_agent=BROWSER), Actor.MACHINE),
        (EventFacts("click", after(9), url="a", user_agent=BROWSER), Actor.MACHINE),
        (EventFacts("click", after(10), url="a", user_agent=BROWSER), Actor.HUMAN),
        (EventFacts("click", after(600), url="a", user_agent="python-requests/2.31"), Actor.MACHINE),
        (EventFacts("click", after(600), url="a", user_agent="Googlebot/2.1"), Actor.MACHINE),
        (EventFacts("open", after(600), user_agent="Mozilla/5.0 (via ggpht.com GoogleImageProxy)"), Actor.HUMAN),
    ],
)
def test_actor_is_told_with_its_reason(event: EventFacts, actor: Actor) -> None:
    _, judged = judge_all([DELIVERED, event])

    assert judged is not None
    assert (judged.actor, judged.reason != "") == (actor, True)


@pytest.mark.parametrize(("gap", "actor"), [(2, Actor.MACHINE), (3, Actor.HUMAN)])
def test_several_links_at_once_are_a_machine(gap: int, actor: Actor) -> None:
    clicks = [EventFacts("click", after(600), url="a"), EventFacts("click", after(600 + gap), url="b")]

    judged = judge_all([DELIVERED, *clicks])

    assert [one.actor for one in judged[1:] if one] == [actor, actor]


def test_same_link_twice_is_a_person() -> None:
    clicks = [EventFacts("click", after(600), url="a"), EventFacts("click", after(601), url="a")]

    assert weigh([DELIVERED, *clicks]).clicked_at == after(600)


def test_open_without_anything_to_compare_with_cannot_be_told() -> None:
    (judged,) = judge_all([EventFacts("open", T)])

    assert judged is not None and judged.actor == Actor.UNKNOWN
    assert weigh([EventFacts("open", T)]).opened_at is None


def test_click_shows_that_it_was_opened() -> None:
    outcome = weigh([DELIVERED, EventFacts("click", after(60), url="a")])

    assert (outcome.opened_at, outcome.clicked_at) == (after(60), after(60))


@pytest.mark.parametrize(
    ("kind", "subtype", "bounce"),
    [("bounce", "bounce", "hard"), ("bounce", "", "hard"), ("bounce", "blocked", "soft"), ("dropped", "", "dropped")],
)
def test_bounce_is_hard_soft_or_dropped(kind: str, subtype: str, bounce: str) -> None:
    outcome = weigh([EventFacts(kind, T, subtype=subtype, reason="550 no")])

    assert (outcome.bounce_kind, outcome.bounced_at, outcome.bounce_reason) == (bounce, T, "550 no")


def test_what_happens_to_a_copy_only_proves_that_it_left() -> None:
    copies = [EventFacts(kind, after(60), url="a", is_copy=True) for kind in ("bounce", "delivered", "open", "click")]

    assert weigh(copies, sent_at=T) == Outcome(left_at=after(60))


def test_event_of_an_unknown_kind_proves_nothing() -> None:
    assert weigh([EventFacts("account_status_change", T)]) == Outcome()


@pytest.mark.parametrize(
    ("current", "outcome", "target"),
    [
        (DraftState.UNKNOWN, Outcome(left_at=T), DraftState.SENT),
        (DraftState.NEEDS_REVIEW, Outcome(left_at=T, delivered_at=T), DraftState.DELIVERED),
        (DraftState.QUEUED, Outcome(left_at=T), DraftState.SENT),
        (DraftState.SENT, Outcome(left_at=T), DraftState.SENT),
        (DraftState.SENT, Outcome(left_at=T, bounced_at=T), DraftState.BOUNCED),
        (DraftState.DELIVERED, Outcome(left_at=T, bounced_at=T), DraftState.BOUNCED),
        (DraftState.BOUNCED, Outcome(left_at=T, delivered_at=T), DraftState.BOUNCED),
        (DraftState.DELIVERED, Outcome(left_at=T), DraftState.DELIVERED),
        (DraftState.SENDING, Outcome(left_at=T, delivered_at=T), DraftState.SENDING),
        (DraftState.CANCELLED, Outcome(left_at=T), DraftState.CANCELLED),
        (DraftState.UNKNOWN, Outcome(), DraftState.UNKNOWN),
    ],
)
def test_state_moves_forward_only(current: DraftState, outcome: Outcome, target: DraftState) -> None:
    assert next_state(current, outcome) == target


def test_order_never_matters() -> None:
    kinds = ["processed", "deferred", "delivered", "open", "click", "bounce", "dropped", "spamreport"]
    random = Random(7)
    for _ in range(200):
        events = [
            EventFacts(
                random.choice(kinds), after(random.randrange(40)), url=random.choice("ab"), reason=random.choice("xy"),
                subtype=random.choice(["", "blocked"]), smtp_id=random.choice(["", "1", "2"]),
            )
            for _ in range(8)
        ]  # fmt: skip
        shuffled = random.sample(events, len(events))

        assert weigh(events) == weigh(shuffled)
