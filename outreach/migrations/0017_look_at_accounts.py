"""Accounts that were there before are looked at once; from then on their usage, contract and each day say when."""

from django.db import migrations
from django.utils import timezone

BATCH = 1000


def put_down(apps, schema_editor):
    Customer = apps.get_model("customers", "Customer")
    Look = apps.get_model("outreach", "ExpansionLook")
    now = timezone.now()
    known = set(Look.objects.values_list("customer_id", flat=True))
    ids = Customer.objects.order_by("pk").values_list("pk", flat=True)
    rows = [Look(customer_id=pk, due_at=now) for pk in ids if pk not in known]
    Look.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0016_upsell_run_indexes")]

    operations = [migrations.RunPython(put_down, migrations.RunPython.noop)]
