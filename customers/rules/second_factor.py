"""Codes of the second step. Pure. Source: RFC 6238 with its defaults: SHA-1, six digits, steps of 30 seconds."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp

ISSUER = "Evergreen"
STEP_S = 30
WINDOW = 1
"""So many steps a phone's clock may be off, either way."""
RECOVERY_CODES = 10


def find_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """Give the step whose code this is, looked for around a moment and only after the last step taken; None: none.

    secret: base32. after: the number of that step since 1970.
    """
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    codes = pyotp.TOTP(secret, interval=STEP_S)
    now = int(at.timestamp()) // STEP_S
    steps = range(now - WINDOW, now + WINDOW + 1)
    found = [step for step in steps if compare_digest(codes.generate_otp(step), digits)]
    return next((step for step in found if step > after), None)


def app_address(secret: str, *, name: str, company: str) -> str:
    """Give the address that an authenticator app reads from a picture."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=name, issuer_name=f"{ISSUER} {company}".strip())


def plain_recovery_code(typed: str) -> str:
    """Take out what people add when they copy a code by hand."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())
