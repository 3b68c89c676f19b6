"""What paces mail to one customer, after its own settings and those of the workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from customers.rules.windows import Window

CAP_PERIOD = timedelta(days=7)  # DESIGN, section 5, Defaults


@dataclass(frozen=True)
class SendingRules:
    """The hours in which mails leave, and how many in CAP_PERIOD.

    contact_cap, account_cap: mails to one person, to the account. collision_days: working days that must pass before
    another part writes to the same person; 0: none.
    """

    window: Window = field(default_factory=Window)
    contact_cap: int = 2
    account_cap: int = 4
    collision_days: int = 2
