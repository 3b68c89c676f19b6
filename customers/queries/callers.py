"""Who calls the API, as a person of ours."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from customers.models import User


def caller_of(request: Request) -> User:
    """This will give the person behind the token or the session. Raises NotAuthenticated (a 401) for nobody."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
