"""The addresses that a client's contacts open without an account."""

from __future__ import annotations

import uuid

from django.conf import settings

from customers.services.signed_ids import read_signed_id, sign_id
from journeys.models import PortalLink

_PURPOSE = "portal"


def portal_url(link: PortalLink, path: str = "") -> str:
    """This will give the whole address of a page behind a link. path: "", "months/3", "certificate"."""
    return "/".join(part for part in (f"{settings.PUBLIC_URL}/j/{make_token(link.pk)}", path.strip("/")) if part)


def make_token(link_id: uuid.UUID) -> str:
    return sign_id(_PURPOSE, link_id)


def read_token(token: str) -> uuid.UUID | None:
    """This will give the link's id; None for a token that we did not make."""
    return read_signed_id(_PURPOSE, token)
