"""Signing in in two steps: an app's codes and the codes for when it is lost. Nothing secret is shown twice."""

from __future__ import annotations

import secrets
from datetime import datetime
from io import BytesIO

import pyotp
import segno
from django.db import transaction

from customers.models import SecondFactor, User
from customers.queries.workspace import get_settings
from customers.rules.second_factor import RECOVERY_CODES, app_address, find_step, plain_recovery_code
from customers.services.activity import record
from customers.services.digests import keyed_digest, seal, sealer
from customers.services.users import end_sessions

PURPOSE = "second_factor.recovery"
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike."""


class WrongCode(ValueError):
    """Raised when a code is not the one of this moment, or was used."""


class MayNot(PermissionError):
    """Raised when somebody else than ops takes away another's second step."""


def find_factor(person: User) -> SecondFactor | None:
    """This will give the person's confirmed second step."""
    found: SecondFactor | None = SecondFactor.objects.filter(user=person, confirmed_at__isnull=False).first()
    return found


def wants_two_steps(person: User) -> bool:
    """This will say whether the workspace asks this person for two steps."""
    return person.is_leader and get_settings().leaders_two_steps


def begin(person: User) -> str:
    """This will give the secret of an app that is not confirmed yet, the same until it is."""
    made, _ = SecondFactor.objects.get_or_create(
        user=person, defaults={"sealed_secret": seal(pyotp.random_base32().encode())}
    )
    return _secret_of(made)


def draw_picture(person: User, secret: str) -> str:
    """This will draw what an app reads with the camera, as SVG of any size."""
    address = app_address(secret, name=person.email or person.username, company=get_settings().company_name)
    drawn = BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", omitsize=True, border=2, xmldecl=False, svgns=True, dark="#000", light="#fff"
    )
    return drawn.getvalue().decode()


def confirm(person: User, code: str, *, now: datetime) -> list[str]:
    """This will turn the second step on and give its recovery codes, which cannot be read again. Raises WrongCode."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=person, confirmed_at=None).first()
        if factor is None:
            raise WrongCode("Begin again: it is on already, or was never begun.")
        step = find_step(_secret_of(factor), code, at=now, after=factor.last_step)
        if step is None:
            raise WrongCode("This is not the code that the app shows now.")
        codes = _new_codes()
        turned_on = SecondFactor.objects.filter(pk=factor.pk, confirmed_at=None).update(
            confirmed_at=now, last_step=step, recovery=[_digest(person, one) for one in codes]
        )
        if not turned_on:
            raise WrongCode("It was confirmed meanwhile.")
        end_sessions(person)
        record("user.two_steps_on", "Signs in in two steps", customer=None, by=person, now=now, subject=person)
    return codes


def check_code(person: User, code: str, *, now: datetime) -> None:
    """This will take a code of the app or a recovery code, each once. Raises WrongCode."""
    factor = find_factor(person)
    if factor is None:
        raise WrongCode("This person signs in in one step.")
    step = find_step(_secret_of(factor), code, at=now, after=factor.last_step)
    if step is not None:
        if SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step):
            return
        raise WrongCode("This code was used; wait for the next.")
    _use_recovery_code(person, code, now=now)


def new_recovery_codes(person: User, *, now: datetime) -> list[str]:
    """This will give new recovery codes; the old ones end. Raises WrongCode where the second step is off."""
    codes = _new_codes()
    with transaction.atomic():
        rows = SecondFactor.objects.filter(user=person, confirmed_at__isnull=False)
        if not rows.update(recovery=[_digest(person, one) for one in codes]):
            raise WrongCode("This person signs in in one step.")
        record("user.recovery_renewed", "New recovery codes", customer=None, by=person, now=now, subject=person)
    return codes


def turn_off(person: User, *, now: datetime, by: User) -> bool:
    """This will take the second step away: one's own, or ops that of somebody who lost the app. False: it was off.

    Raises MayNot.
    """
    if by.pk != person.pk and not by.is_ops:
        raise MayNot("Only ops may take away another's second step.")
    with transaction.atomic():
        gone, _ = SecondFactor.objects.filter(user=person).delete()
        if gone:
            end_sessions(person)
            record("user.two_steps_off", "Signs in in one step", customer=None, by=by, now=now, subject=person)
    return bool(gone)


def _use_recovery_code(person: User, code: str, *, now: datetime) -> None:
    digest = _digest(person, plain_recovery_code(code))
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=person)
        if digest not in factor.recovery:
            raise WrongCode("This is not the code that the app shows now.")
        left = [one for one in factor.recovery if one != digest]
        # On SQLite nothing is locked: the old list is the guard.
        if not SecondFactor.objects.filter(pk=factor.pk, recovery=factor.recovery).update(recovery=left):
            raise WrongCode("This code was used; take another.")
        words = f"Used a recovery code; {len(left)} are left"
        record("user.recovery_used", words, customer=None, by=person, now=now, subject=person, left=len(left))


def _new_codes() -> list[str]:
    return ["".join(secrets.choice(SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]


def _digest(person: User, code: str) -> str:
    return keyed_digest(PURPOSE, f"{person.pk}\0{code}").hex()


def _secret_of(factor: SecondFactor) -> str:
    return sealer().decrypt(factor.sealed_secret).decode()
