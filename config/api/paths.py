"""Addresses as they were sent: a slash inside of an id is told from one that parts two words of a path."""

from __future__ import annotations

from urllib.parse import unquote

from django.http import HttpRequest

from customers.queries.lookup import SLASH_IN_ID

ENCODED_SLASH = "%2f"


def read_path(request: HttpRequest) -> str:
    """This will give the path, decoded word by word, with SLASH_IN_ID for each slash that was sent as %2F.

    WSGI decodes before it hands the path over, so that `ext:A%2FB` would be two words; the server keeps what was sent.
    """
    sent = str(request.META.get("RAW_URI", "")).partition("?")[0]
    if ENCODED_SLASH not in sent.lower() or not sent.startswith("/"):
        return request.path_info
    return "/".join(unquote(word).replace("/", SLASH_IN_ID) for word in sent.split("/"))
