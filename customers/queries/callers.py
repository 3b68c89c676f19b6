"""Who calls the API, as a person of ours."""

from __future__ import annotations

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from customers.enums import Scope
from customers.models import ApiToken, User


def caller_of(request: Request) -> User:
    """This will give the person behind the token or the session. Raises NotAuthenticated (a 401) for nobody."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def may_approve(request: Request) -> bool:
    """This will say whether what this call sends counts as its person's approval.

    It does with the scope `approve`, and in a page's session, where the person is there themselves.
    """
    return not isinstance(request.auth, ApiToken) or request.auth.has_scope(Scope.APPROVE)
