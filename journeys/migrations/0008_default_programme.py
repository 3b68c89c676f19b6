"""The eight-month programme, published, so that a journey can be started in a new workspace."""

from django.db import migrations
from django.utils import timezone

from journeys.rules.default_programme import DAYS_APART, NAME, STEPS


def make_programme(apps, schema_editor):
    Programme = apps.get_model("journeys", "Programme")
    Version = apps.get_model("journeys", "ProgrammeVersion")
    Step = apps.get_model("journeys", "ProgrammeStep")
    if Programme.objects.exists():
        return
    programme = Programme.objects.create(name=NAME)
    version = Version.objects.create(programme=programme, number=1, published_at=timezone.now(), note="As delivered")
    Step.objects.bulk_create(
        Step(
            version=version,
            number=number,
            title=step.title,
            description=step.description,
            key_items=list(step.items),
            achievements=list(step.done),
            offset_days=DAYS_APART * (number - 1),
        )
        for number, step in enumerate(STEPS, 1)
    )


def remove_programme(apps, schema_editor):
    Programme = apps.get_model("journeys", "Programme")
    Journey = apps.get_model("journeys", "Journey")
    for programme in Programme.objects.filter(name=NAME):
        if not Journey.objects.filter(version__programme=programme).exists():
            programme.delete()


class Migration(migrations.Migration):
    dependencies = [("journeys", "0007_programme_and_months")]

    operations = [migrations.RunPython(make_programme, remove_programme)]
