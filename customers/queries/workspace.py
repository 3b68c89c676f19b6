"""The workspace's settings."""

from __future__ import annotations

from typing import Any

from customers.models import WorkspaceSettings
from customers.models.prepared import prepared
from customers.models.workspace import ONLY_ID
from customers.queries.memo import once


@once
def get_settings() -> WorkspaceSettings:
    """This will give the settings; the defaults, unsaved, before the first migration's row exists."""
    found: list[WorkspaceSettings] = _settings().ask()
    return found[0] if found else WorkspaceSettings(pk=ONLY_ID)


@prepared
def _settings() -> Any:
    return WorkspaceSettings.objects.filter(pk=ONLY_ID)
