"""Templates of mails: the text that counts now, and what a page shows of them."""

from __future__ import annotations

from collections.abc import Collection

from emails.models import MailTemplate, MailTemplateVersion


def current_versions(keys: Collection[str]) -> dict[str, MailTemplateVersion]:
    """This will give the last published version of each template, by key; a template without one is left out."""
    rows = MailTemplateVersion.objects.published().filter(template__key__in=keys).select_related("template")
    return {version.template.key: version for version in rows.order_by("number")}


def current_version(template: MailTemplate) -> MailTemplateVersion | None:
    """This will give the text that counts now; None where nothing was ever published."""
    found: MailTemplateVersion | None = template.versions.filter(published_at__isnull=False).order_by("-number").first()
    return found
