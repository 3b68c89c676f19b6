"""What a call may do: the person's role, and the scopes of the token that speaks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from customers.enums import Scope
from customers.models import ApiToken, User

if TYPE_CHECKING:
    # The view's class reads this module when it is made.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Reading needs `read`, the rest `write`, unless the view says otherwise in `scopes` (method → Scope).

    A role that may only read is refused whatever the token says, but for what is the caller's own (`is_own`). An
    integration is refused the methods that the view keeps for people (`for_people`).
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return False
        needed = needed_scope(str(request.method), view)
        if isinstance(request.auth, ApiToken) and not request.auth.has_scope(needed):
            raise PermissionDenied(f"This needs a token with the scope {needed}.", code="missing_scope")
        if user.is_integration and _plain(str(request.method)) in getattr(view, "for_people", ()):
            raise PermissionDenied("This is a person's: an integration has none and decides none.", code="people_only")
        if needed != Scope.READ and not (user.is_writer or getattr(view, "is_own", False)):
            raise PermissionDenied("Your role may read, not change.", code="read_only")
        if needed == Scope.ADMIN and not user.is_ops:
            raise PermissionDenied("Only ops may do this.", code="ops_only")
        return True


def needed_scope(method: str, view: APIView) -> Scope:
    scopes: dict[str, Scope] = getattr(view, "scopes", {})
    return scopes.get(method, Scope.READ if method in SAFE_METHODS else Scope.WRITE)


def _plain(method: str) -> str:
    return "GET" if method in SAFE_METHODS else method
