"""The admin for ops: the desk's own sign-in before it, and nobody else behind it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import get_script_prefix, reverse
from django.utils import timezone


class DeskAdminSite(AdminSite):
    site_header = "Evergreen admin"
    site_title = "Evergreen admin"
    index_title = "Everything that ops may see and change"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self._app_lists: dict[tuple[str, str | None], list[Any]] = {}

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_staff and getattr(user, "is_ops", False))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """This will give the models of every app, put together once: all who may come in may do the same."""
        key = get_script_prefix(), app_label
        if key not in self._app_lists:
            self._app_lists[key] = super().get_app_list(request, app_label)
        return self._app_lists[key]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """This will add the menu that stands beside every page, drawn once for each place in it."""
        context = super().each_context(request)
        place = _find_place(context["available_apps"], request.path)
        return {**context, "menu": self._draw_menu(get_script_prefix(), place)}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """This will show above the models how the machine does."""
        user: Any = request.user
        if not self.has_permission(request):
            return super().index(request, extra_context)
        # Read here: models are known by now.
        from config.desk.machine import read_machine

        machine = read_machine(user, now=timezone.now())
        return super().index(request, {**(extra_context or {}), "machine": machine})

    @cache  # noqa: B019  # one site for the life of the process
    def _draw_menu(self, prefix: str, place: str) -> str:
        apps = self._app_lists[prefix, None]
        return render_to_string("admin/menu.html", {"apps": apps, "place": place})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Use the one sign-in page, with its lock; who is signed in and not ops is refused, not sent round."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return LogoutView.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("customers:settings_password")


def _find_place(apps: list[Any], path: str) -> str:
    """This will give the address of the model's list to which a page belongs, "" for none."""
    addresses = (model["admin_url"] or "" for app in apps for model in app["models"])
    return next((address for address in addresses if address and path.startswith(address)), "")
