"""What every page of the desk knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from config.desk.frame import build_frame


def desk(request: HttpRequest) -> dict[str, Any]:
    """This will give the page its frame: put together once, however many parts the page is drawn of."""
    frame = getattr(request, "desk_frame", None)
    if frame is None:
        frame = request.desk_frame = build_frame(request)  # type: ignore[attr-defined]
    return {"desk": frame}
