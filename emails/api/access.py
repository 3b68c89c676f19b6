"""What only a call that counts as its person's approval may do."""

from __future__ import annotations

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from customers.enums import Scope
from customers.queries.callers import may_approve


def require_approve_scope(request: Request) -> None:
    if not may_approve(request):
        raise PermissionDenied(f"This needs a token with the scope {Scope.APPROVE}.", code="missing_scope")
