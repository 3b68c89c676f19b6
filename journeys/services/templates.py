"""The mails of a journey as templates: put there where they are missing, asked for by key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from emails.models import MailTemplate, MailTemplateVersion
from emails.queries.templates import current_versions
from journeys.rules.default_mails import MAILS
from journeys.rules.mail_names import DefaultMail

AS_DELIVERED = "As delivered"


def ensure_templates(*, now: datetime) -> int:
    """This will put back each template that is missing, published as it was delivered; gives how many.

    What ops have written stays. Two at the same time make each once.
    """
    there = set(MailTemplateVersion.objects.published().values_list("template__key", flat=True))
    missing = [mail for mail in MAILS if mail.key not in there]
    if not missing:
        return 0
    MailTemplate.objects.bulk_create([_template(mail) for mail in missing], ignore_conflicts=True)
    ids = dict(MailTemplate.objects.filter(key__in=[mail.key for mail in missing]).values_list("key", "pk"))
    MailTemplateVersion.objects.bulk_create(
        [
            MailTemplateVersion(
                template_id=ids[mail.key],
                number=1,
                subject=mail.subject,
                body=mail.body,
                note=AS_DELIVERED,
                published_at=now,
            )
            for mail in missing
        ],
        ignore_conflicts=True,
    )
    return len(missing)


def find_versions(keys: Collection[str], *, now: datetime) -> dict[str, MailTemplateVersion]:
    """This will give the text that counts now of each template; what is missing is put back first."""
    versions = current_versions(keys)
    if len(versions) < len(set(keys)):
        # Another may have put them back meanwhile: read them again, whoever did.
        ensure_templates(now=now)
        versions = current_versions(keys)
    return versions


def _template(mail: DefaultMail) -> MailTemplate:
    return MailTemplate(key=mail.key, name=mail.name, audience=mail.audience)
