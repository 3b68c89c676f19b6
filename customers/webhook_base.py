"""What every webhook does: read the bytes as they came, up to a limit, and refuse in one shape. Not a door itself."""

from __future__ import annotations

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse

CHUNK = 1024 * 1024
KB = 1024

log = structlog.get_logger(__name__)


def read_body(request: HttpRequest, *, limit: int) -> bytes:
    """Give the bytes as they came, whatever Django's own limits are. Raises RequestDataTooBig once it is known."""
    most = f"{limit // KB // KB} MB" if limit >= KB * KB else f"{limit // KB} KB"
    too_big = RequestDataTooBig(f"At most {most} are taken here.")
    told = request.META.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdecimal() and int(told) > limit:
        raise too_big
    chunks: list[bytes] = []
    size = 0
    while chunk := request.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise too_big
        chunks.append(chunk)
    return b"".join(chunks)


def refuse(status: int, code: str, error: Exception) -> JsonResponse:
    """Answer in the API's shape of errors. Logs never the path: it may hold a secret."""
    log.warning("webhook_refused", code=code, reason=str(error))
    return JsonResponse({"error": {"code": code, "message": str(error)}}, status=status)
