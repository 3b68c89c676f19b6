"""In what form an answer is given: JSON, whatever the caller would rather have."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class FirstOffered(DefaultContentNegotiation):
    """Where nothing that is asked for is offered, the first of what is offered: an answer beats a 406."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except (NotAcceptable, Http404):
            first = next(iter(renderers))
            return first, first.media_type
        return chosen
