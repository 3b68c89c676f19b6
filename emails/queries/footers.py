"""The way out of each letter, and each letter as its recipient gets it: text and footer together."""

from __future__ import annotations

import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.conf import settings

from customers.queries.workspace import get_settings
from customers.services.digests import keyed_digest
from emails.enums import OPT_OUT_EXEMPT_LANES
from emails.models import Draft
from emails.rules.footers import Footer
from emails.rules.rendering import Rendered, render

_SIGN_BYTES = 12
"""96 bits, and so short that the address of the link fits on one line of a header."""


def render_draft(draft: Draft) -> Rendered:
    """This will render the letter with its footer: the preview and what is sent are made here alone."""
    return render_with(draft, make_footer(draft))


def render_with(draft: Draft, footer: Footer) -> Rendered:
    """This will do the same with a footer that the caller has at hand."""
    language = draft.stakeholder.language if draft.stakeholder else ""
    return render(subject=draft.subject, body=draft.body, language=language or "en", footer=footer)


def make_footer(draft: Draft) -> Footer:
    """This will give what stands under the letter; the same for it each time."""
    is_optional = draft.lane not in OPT_OUT_EXEMPT_LANES
    return Footer(
        company=get_settings().company_name,
        account=draft.customer.name,
        url=unsubscribe_url(draft.pk) if is_optional else "",
    )


def unsubscribe_url(draft_id: uuid.UUID) -> str:
    return f"{settings.PUBLIC_URL}/u/{make_token(draft_id)}"


def make_token(draft_id: uuid.UUID) -> str:
    """This will give the letter's own token: an id that says nothing, and our sign over it."""
    return urlsafe_b64encode(draft_id.bytes + _sign(draft_id)).decode().rstrip("=")


def read_token(token: str) -> uuid.UUID | None:
    """This will give the letter's id; None for a token that we did not make."""
    try:
        draft_id = uuid.UUID(bytes=urlsafe_b64decode(token.encode("ascii") + b"==")[:16])
    except ValueError:
        return None
    return draft_id if hmac.compare_digest(make_token(draft_id), token) else None


def _sign(draft_id: uuid.UUID) -> bytes:
    return keyed_digest("unsubscribe", draft_id.hex)[:_SIGN_BYTES]
