"""Apart from the index that takes its place: this locks readers out, and must not do so while that one is made."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0041_customer_by_owner'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_c_owner_i_0c182c_idx',
        ),
    ]
