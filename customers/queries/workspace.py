"""The workspace's settings."""

from __future__ import annotations

from customers.models import WorkspaceSettings
from customers.models.workspace import ONLY_ID
from customers.queries.memo import once


@once
def get_settings() -> WorkspaceSettings:
    """This will give the settings; the defaults, unsaved, before the first migration's row exists."""
    return WorkspaceSettings.objects.filter(pk=ONLY_ID).first() or WorkspaceSettings(pk=ONLY_ID)
