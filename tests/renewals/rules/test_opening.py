"""When Engage opens and Negotiate begins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from renewals.rules.opening import allows_first_touch, engage_opening, engage_opens_at, starts_negotiate

RENEWAL = date(2026, 7, 2)


@pytest.mark.parametrize(("notice_days", "day"), [(0, 119), (30, 119), (90, 119), (91, 120), (120, 149), (180, 209)])
def test_engage_opens_at_119_or_earlier_for_a_long_notice(notice_days: int, day: int) -> None:
    assert engage_opens_at(notice_days) == day


@pytest.mark.parametrize(("days", "can_open"), [(120, False), (119, True), (90, True), (0, True), (-1, False)])
def test_engage_opening_edges(days: int, can_open: bool) -> None:
    opening = engage_opening(renewal_date=RENEWAL, notice_days=90, today=RENEWAL - timedelta(days=days))

    assert opening.can_open is can_open
    assert bool(opening.reason) is not can_open
    assert opening.opens_on == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("days", "confirmed", "starts"), [(71, False, False), (70, False, True), (105, True, True), (105, False, False)]
)
def test_negotiate_starts_at_70_or_when_confirmed(days: int, confirmed: bool, starts: bool) -> None:
    assert starts_negotiate(days, objection_confirmed=confirmed) is starts


@pytest.mark.parametrize(("days", "allowed"), [(91, True), (90, True), (89, False), (71, False), (70, False)])
def test_nobody_is_contacted_first_once_the_label_is_negotiate(days: int, allowed: bool) -> None:
    assert allows_first_touch(days) is allowed
