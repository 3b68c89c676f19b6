"""Whether what a call sends counts as its person's approval."""

from __future__ import annotations

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from customers.enums import Scope
from customers.models import ApiToken


def may_approve(request: Request) -> bool:
    """This will say so for the scope `approve`, and for a page's session, where the person is there themselves."""
    return not isinstance(request.auth, ApiToken) or request.auth.has_scope(Scope.APPROVE)


def require_approve_scope(request: Request) -> None:
    if not may_approve(request):
        raise PermissionDenied(f"This needs a token with the scope {Scope.APPROVE}.", code="missing_scope")
