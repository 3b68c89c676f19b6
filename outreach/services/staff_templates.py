"""The mails of outreach to our own people, as templates: put there where they are missing, asked for by key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from emails.enums import Audience
from emails.models import MailTemplate, MailTemplateVersion
from emails.queries.templates import current_version
from emails.registry import TemplateName, Touched, register_template
from outreach.rules.upsell import notes

AS_DELIVERED = "As delivered"


class _Examples:
    """What a page that edits the text shows: examples, since no mail waits for a new one."""

    def read_values(self, key: str, customer_id: UUID | None, now: datetime) -> Mapping[str, str]:
        return {name: example for name, _, example in (*notes.NAMES, *notes.LINKS)}

    def list_touched(self, key: str) -> Sequence[Touched]:
        return ()

    def keep_old(self, old: object, ids: Collection[UUID], now: datetime) -> int:
        return 0

    def leave_out(self, template: object, ids: Collection[UUID], now: datetime) -> int:
        return 0


def register() -> None:
    """Say which names the templates may use; called at start-up."""
    names = [TemplateName(*name) for name in notes.NAMES] + [TemplateName(*link, is_link=True) for link in notes.LINKS]
    register_template(notes.KEY, names, _Examples())


def find_note_version(*, now: datetime) -> MailTemplateVersion:
    """Give the text that counts now; where there is none, it is put there as it was delivered."""
    template, _ = MailTemplate.objects.get_or_create(
        key=notes.KEY, defaults={"name": notes.NAME, "audience": Audience.STAFF}
    )
    version = current_version(template)
    if version is None:
        version, _ = MailTemplateVersion.objects.get_or_create(
            template=template,
            number=1,
            defaults={
                "subject": notes.SUBJECT,
                "body": notes.BODY,
                "note": AS_DELIVERED,
                "published_at": now,
            },
        )
    return version
