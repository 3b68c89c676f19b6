"""What every page of the desk knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from config.desk.frame import build_frame


def desk(request: HttpRequest) -> dict[str, Any]:
    return {"desk": build_frame(request)}
