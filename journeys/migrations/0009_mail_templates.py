"""The mails of a journey, published as they are delivered, so that a journey can write in a new workspace."""

from django.db import migrations
from django.utils import timezone

from journeys.rules.default_mails import MAILS


def make_templates(apps, schema_editor):
    Template = apps.get_model("emails", "MailTemplate")
    Version = apps.get_model("emails", "MailTemplateVersion")
    now = timezone.now()
    for mail in MAILS:
        template, is_new = Template.objects.get_or_create(
            key=mail.key, defaults={"name": mail.name, "audience": mail.audience}
        )
        if is_new:
            Version.objects.create(
                template=template,
                number=1,
                subject=mail.subject,
                body=mail.body,
                note="As delivered",
                published_at=now,
            )


def remove_templates(apps, schema_editor):
    """Only what nobody has changed and no mail was written from."""
    Template = apps.get_model("emails", "MailTemplate")
    Version = apps.get_model("emails", "MailTemplateVersion")
    Draft = apps.get_model("emails", "Draft")
    StaffMail = apps.get_model("emails", "StaffMail")
    for template in Template.objects.filter(key__in=[mail.key for mail in MAILS]):
        versions = Version.objects.filter(template=template)
        used = Draft.objects.filter(template_version__in=versions) or StaffMail.objects.filter(
            template_version__in=versions
        )
        if versions.count() == 1 and not used:
            versions.delete()
            template.delete()


class Migration(migrations.Migration):
    dependencies = [("journeys", "0008_default_programme"), ("emails", "0019_staff_mails")]

    operations = [migrations.RunPython(make_templates, remove_templates)]
