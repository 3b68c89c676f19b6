"""Two at the same moment: one link makes one person, and ops never lock themselves all out."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from customers.enums import Role
from customers.models import Invitation, Team, User
from customers.services.invitations import InvitationGone, Invited, Newcomer, accept_invitation, invite
from customers.services.users import LastOps, change_person, disable_user
from tests import factories
from tests.conftest import NOW
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

TOGETHER = 6
NINA = "nina@evergreen.example"


def test_one_link_opened_at_once_makes_one_person(ops: User, team: Team) -> None:
    invitation = invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=ops).invitation

    def accept(number: int) -> User:
        newcomer = Newcomer(f"Nina{number}", "O.", "a fine password", "UTC")
        return accept_invitation(Invitation.objects.get(pk=invitation.pk), newcomer, now=NOW)

    ends = at_once(*[partial(accept, number) for number in range(TOGETHER)])

    assert sum(isinstance(end, User) for end in ends) == 1
    assert sum(isinstance(end, InvitationGone) for end in ends) == TOGETHER - 1
    assert User.objects.filter(email=NINA).count() == 1


def test_one_address_invited_at_once_has_one_open_link(ops: User, team: Team) -> None:
    ends = at_once(*[lambda: invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=ops)] * TOGETHER)

    assert {type(end) for end in ends} <= {Invited, ValidationError}
    assert Invitation.objects.filter(email=NINA, accepted_at=None, revoked_at=None).count() == 1


@pytest.mark.parametrize("act", ["demote", "disable"])
def test_ops_who_remove_each_other_leave_one(ops: User, act: str) -> None:
    people = [ops, factories.UserFactory.create(username="otto", role="ops", is_staff=True)]

    def remove(number: int) -> object:
        person, by = people[number], people[1 - number]
        if act == "demote":
            return change_person(User.objects.get(pk=person.pk), {"role": Role.CSM}, now=NOW, by=by)
        return disable_user(User.objects.get(pk=person.pk), now=NOW, by=by)

    ends = at_once(partial(remove, 0), partial(remove, 1))

    assert sum(isinstance(end, LastOps) for end in ends) == 1
    assert User.objects.filter(role=Role.OPS, is_active=True).count() == 1
