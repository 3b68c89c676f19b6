"""The way out of each letter, and each letter as its recipient gets it: text and footer together."""

from __future__ import annotations

import uuid

from django.conf import settings

from customers.queries.workspace import get_settings
from customers.services.signed_ids import read_signed_id, sign_id
from emails.enums import OPT_OUT_EXEMPT_LANES
from emails.models import Draft
from emails.rules.footers import Footer
from emails.rules.rendering import Rendered, clean_line, render

_PURPOSE = "unsubscribe"


def render_draft(draft: Draft) -> Rendered:
    """This will render the letter with its footer: the preview and what is sent are made here alone."""
    return render_with(draft, make_footer(draft))


def render_with(draft: Draft, footer: Footer) -> Rendered:
    """This will do the same with a footer that the caller has at hand."""
    language = draft.stakeholder.language if draft.stakeholder else ""
    buttons = [button for button in draft.own_buttons if button.leads_home(settings.PUBLIC_URL)]
    return render(subject=draft.subject, body=draft.body, language=language or "en", footer=footer, buttons=buttons)


def make_footer(draft: Draft, *, company: str = "") -> Footer:
    """This will give what stands under the letter; the same for it each time.

    company: who writes, where it is known.
    """
    is_optional = draft.lane not in OPT_OUT_EXEMPT_LANES
    return Footer(
        company=company or get_settings().company_name,
        account=clean_line(draft.customer.name),
        url=unsubscribe_url(draft.pk) if is_optional else "",
    )


def unsubscribe_url(draft_id: uuid.UUID) -> str:
    return f"{settings.PUBLIC_URL}/u/{make_token(draft_id)}"


def make_token(draft_id: uuid.UUID) -> str:
    """This will give the letter's own token."""
    return sign_id(_PURPOSE, draft_id)


def read_token(token: str) -> uuid.UUID | None:
    """This will give the letter's id; None for a token that we did not make."""
    return read_signed_id(_PURPOSE, token)
