"""The order by name and the pass over a filtered book, each from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0020_import_change_by_run'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customers_c_name_f018e2_idx',
        ),
        migrations.RemoveIndex(
            model_name='customer',
            name='customer_book_pass',
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['name', 'id', 'owner', 'account_executive', 'executive'], name='customer_by_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['id', 'name', 'timezone', 'owner', 'account_executive', 'executive', 'churn_risk', 'segment'], name='customer_book_pass'),
        ),
    ]
