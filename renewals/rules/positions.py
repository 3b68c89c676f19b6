"""The positions of a sequence: who stands on which, on which day to renewal, in which week, and who owns it.

Source: DESIGN section 5 ("Positions 1/2/3 start on days 115/110/105") and INTERFACES, Renewals and Engage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customers.enums import StakeholderRole
from outreach.enums import OwnerKind, SequencingApproach
from renewals.rules.facts import Number, list_words
from renewals.rules.opening import DEFAULT_NOTICE_DAYS, allows_first_touch

FIRST_POSITION_DAY = 115
FIRST_POSITION_BEFORE_NOTICE_DAYS = 25
"""A notice period above 90 days moves the first position up as it moves the opening (day notice + 29)."""

DAYS_BETWEEN_POSITIONS = 5
LAST_WEEK = 4

CHAMPION, DECISION_MAKER, ECONOMIC_BUYER = (
    StakeholderRole.CHAMPION,
    StakeholderRole.DECISION_MAKER,
    StakeholderRole.ECONOMIC_BUYER,
)
ROLE_ORDER: Mapping[SequencingApproach, tuple[StakeholderRole, ...]] = {
    SequencingApproach.CHAMPION_FIRST: (CHAMPION, DECISION_MAKER, ECONOMIC_BUYER),
    SequencingApproach.ECONOMIC_BUYER_FIRST: (ECONOMIC_BUYER, DECISION_MAKER, CHAMPION),
    SequencingApproach.PARALLEL: (CHAMPION, DECISION_MAKER, ECONOMIC_BUYER),
}
TOGETHER = frozenset({CHAMPION, DECISION_MAKER})
"""Contacted on the same day in a parallel sequence."""

OWNER_BY_ROLE: Mapping[str, OwnerKind] = {
    CHAMPION: OwnerKind.CSM,
    DECISION_MAKER: OwnerKind.AE,
    ECONOMIC_BUYER: OwnerKind.AE,
    StakeholderRole.USER: OwnerKind.CSM,
    StakeholderRole.EXECUTIVE_SPONSOR: OwnerKind.EXECUTIVE,
}
EXECUTIVE_SPEAKS_WITH = (ECONOMIC_BUYER, DECISION_MAKER)
"""To whom an executive is added at a churn risk above 50: the first of these who is contacted."""


@dataclass(frozen=True)
class Person:
    """A stakeholder who may be contacted. key: tells people apart (an id, or the name in a what-if).

    prepared: named in the order that Prepare proposed.
    """

    key: str
    name: str
    roles: tuple[str, ...]
    primary: bool = False
    relationship: Number | None = None
    prepared: bool = False


@dataclass(frozen=True)
class Position:
    """One place in the sequence. day: counts down to renewal. week: 1-4, counted from the first position."""

    order: int
    key: str
    name: str
    role: str
    owner: OwnerKind
    day: int
    week: int


@dataclass(frozen=True)
class Placed:
    positions: tuple[Position, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Seat:
    """A person with the role in which they are contacted."""

    person: Person
    role: str


def place_people(
    people: tuple[Person, ...],
    *,
    approach: SequencingApproach,
    days_to_renewal: int,
    notice_days: int = DEFAULT_NOTICE_DAYS,
    order: tuple[str, ...] = (),
    owners: Mapping[str, OwnerKind] | None = None,
    executive_needed: bool = False,
) -> Placed:
    """Put the people on positions with day, week and owner, and name what is missing or doubled.

    order: a person's own order of keys; only these are contacted. Raises ValueError for an unknown key.
    """
    seats, warnings = _seat_in_order(people, order) if order else _seat_by_role(people, approach)
    steps = _steps(seats, approach, by_hand=bool(order))
    first = first_day(days_to_renewal=days_to_renewal, notice_days=notice_days)
    late = days_to_renewal < first_day_on_time(notice_days)
    days = spread_days(_close_up(steps) if late else steps, first=first, notice_days=notice_days)
    chosen = {**_owners(seats, executive_needed=executive_needed), **(owners or {})}
    positions = tuple(
        Position(
            order=number,
            key=seat.person.key,
            name=seat.person.name,
            role=seat.role,
            owner=chosen[seat.person.key],
            day=day,
            week=week_of(day, first=first),
        )
        for number, (seat, day) in enumerate(zip(seats, days, strict=True), start=1)
    )
    return Placed(positions, (*warnings, *_time_warnings(days_to_renewal, notice_days)))


def first_day_on_time(notice_days: int) -> int:
    """Name the day of the first position when nothing is late: 115, earlier for a long notice period."""
    return max(FIRST_POSITION_DAY, notice_days + FIRST_POSITION_BEFORE_NOTICE_DAYS)


def first_day(*, days_to_renewal: int, notice_days: int) -> int:
    return min(days_to_renewal, first_day_on_time(notice_days))


def week_of(day: int, *, first: int) -> int:
    """Name the week of the plan, 1 to 4: five days to renewal each, the fourth takes the rest."""
    return max(1, min(LAST_WEEK, 1 + (first - day) // DAYS_BETWEEN_POSITIONS))


def spread_days(steps: tuple[int, ...], *, first: int, notice_days: int) -> tuple[int, ...]:
    """Give each step its day: five days apart, closer where the last would cross the notice deadline."""
    last = max(steps, default=0)
    room = max(first - notice_days, 0)
    if last * DAYS_BETWEEN_POSITIONS <= room:
        return tuple(first - step * DAYS_BETWEEN_POSITIONS for step in steps)
    return tuple(first - step * room // last for step in steps)


def _steps(seats: tuple[_Seat, ...], approach: SequencingApproach, *, by_hand: bool) -> tuple[int, ...]:
    """Number the five-day steps: 0, 1, 2 in turn; in parallel 0, 0, 2, as the buyer keeps day 105."""
    if approach != SequencingApproach.PARALLEL:
        return tuple(range(len(seats)))
    together = [n < 2 if by_hand else seat.role in TOGETHER for n, seat in enumerate(seats)]
    if not any(together):
        return tuple(range(len(seats)))
    return tuple(0 if shared else max(n, 2) for n, shared in enumerate(together))


def _close_up(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Renumber without gaps: opened late, each next group follows five days after the one before."""
    rank = {step: n for n, step in enumerate(sorted(set(steps)))}
    return tuple(rank[step] for step in steps)


def _seat_by_role(
    people: tuple[Person, ...], approach: SequencingApproach
) -> tuple[tuple[_Seat, ...], tuple[str, ...]]:
    seats: dict[str, _Seat] = {}
    warnings: list[str] = []
    for role in ROLE_ORDER[approach]:
        candidates = sorted((p for p in people if role in p.roles), key=_closeness)
        fresh = [p for p in candidates if p.key not in seats]
        if not candidates:
            warnings.append(f"No {_words(role)} is on record: that step is skipped.")
        elif not fresh:
            warnings.append(_one_person(seats[candidates[0].key], role))
        else:
            seats[fresh[0].key] = _Seat(fresh[0], role)
            warnings += _others_named(fresh, role)
    return tuple(seats.values()), tuple(warnings)


def _seat_in_order(people: tuple[Person, ...], order: tuple[str, ...]) -> tuple[tuple[_Seat, ...], tuple[str, ...]]:
    by_key = {person.key: person for person in people}
    unknown = [key for key in order if key not in by_key]
    if unknown:
        raise ValueError(f"not a stakeholder of this account: {', '.join(unknown)}")
    seats = tuple(_Seat(by_key[key], _main_role(by_key[key])) for key in dict.fromkeys(order))
    covered = {role for seat in seats for role in seat.person.roles}
    missing = [_words(role) for role in (CHAMPION, DECISION_MAKER, ECONOMIC_BUYER) if role not in covered]
    return seats, tuple(f"Nobody in this order is {_article(words)}." for words in missing)


def _closeness(person: Person) -> tuple[bool, bool, Number]:
    """Sort whom Prepare named first, then the primary contact, then who stands closest to us; the rest keep their
    order."""
    return (not person.prepared, not person.primary, -(person.relationship or 0))


def _main_role(person: Person) -> str:
    ranked = [role for role in (CHAMPION, DECISION_MAKER, ECONOMIC_BUYER) if role in person.roles]
    return ranked[0] if ranked else next(iter(person.roles), StakeholderRole.USER)


def _owners(seats: tuple[_Seat, ...], *, executive_needed: bool) -> dict[str, OwnerKind]:
    owners = {seat.person.key: OWNER_BY_ROLE.get(seat.role, OwnerKind.CSM) for seat in seats}
    if executive_needed:
        for role in EXECUTIVE_SPEAKS_WITH:
            seat = next((s for s in seats if role in s.person.roles), None)
            if seat is not None:
                owners[seat.person.key] = OwnerKind.EXECUTIVE
                break
    return owners


def _others_named(candidates: list[Person], role: StakeholderRole) -> list[str]:
    if len(candidates) < 2:
        return []
    names = list_words([person.name for person in candidates[1:]])
    return [f"{candidates[0].name} is contacted as {_words(role)}; also on record in this role: {names}."]


def _one_person(seat: _Seat, role: StakeholderRole) -> str:
    return f"{seat.person.name} is {_words(seat.role)} and {_words(role)}: contacted once, as {_words(seat.role)}."


def _time_warnings(days_to_renewal: int, notice_days: int) -> tuple[str, ...]:
    if days_to_renewal < notice_days:
        return (f"The notice deadline, day {notice_days}, has passed: the order stands, the time does not.",)
    if not allows_first_touch(days_to_renewal):
        return ("From day 89 on nobody is contacted for the first time: Negotiate has begun.",)
    return ()


def _words(role: str) -> str:
    return StakeholderRole(role).label.lower() if role in StakeholderRole.values else role


def _article(words: str) -> str:
    return f"an {words}" if words[:1] in "aeiou" else f"a {words}"
