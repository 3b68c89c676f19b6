"""A stakeholder written to Outreach.io because a person or another system asks for it."""

from __future__ import annotations

from datetime import datetime

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import Stakeholder, User
from emails.services.sending import NotAllowed
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_errors import NotConnected
from outreach.models import ProspectLink
from outreach.services.prospects import NoAddress, sync_prospect


class NotSynced(Exception):
    """Raised when Outreach.io did not take the person; says why, and whether it may be tried again."""


def sync_one(person: Stakeholder, *, now: datetime, by: User) -> ProspectLink:
    """This will find, make or merge the person there now. Raises NotAllowed, NotConnected, NotSynced."""
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")
    try:
        return sync_prospect(outreach_client(now), person, now=now, by=by, is_forced=True).link
    except NotConnected:
        raise
    except NoAddress as error:
        raise NotSynced(str(error)) from error
    except MaybeAccepted as error:
        raise NotSynced(f"{error.reason} It may have been done: a second call finds out.") from error
    except NotAccepted as error:
        raise NotSynced(error.reason + (" Try again later." if error.can_retry else "")) from error
