"""What every page of the desk knows: whether anything can leave this machine, and how the person likes it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    return {
        "capturing": settings.MAIL_PROVIDER == "capture" or settings.OUTBOUND != "on",
        "theme": request.COOKIES.get("theme", "auto"),
    }
