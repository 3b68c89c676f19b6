"""The files that old rows went to."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import ViewOnlyAdmin
from customers.models import ArchiveFile


@admin.register(ArchiveFile)
class ArchiveFileAdmin(ViewOnlyAdmin):
    """What was moved there; `manage.py archive_old --check` looks whether it can be read."""

    list_display = ("__str__", "table_label", "month", "rows", "size", "updated_at")
    list_filter = ("table_label",)
