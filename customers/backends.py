"""What the admin asks: may this person do that? Roles answer, not Django's groups and permissions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from customers.models import User


class OpsMayAll(BaseBackend):
    """Who is ops may use the whole admin; nobody else any of it. Signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return _is_ops(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return _is_ops(user_obj)


def _is_ops(user: Any) -> bool:
    return isinstance(user, User) and user.is_active and user.is_staff and user.is_ops
