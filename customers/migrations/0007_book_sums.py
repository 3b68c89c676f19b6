from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_import_run_state'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customer_facets',
        ),
        migrations.AddIndex(
            model_name='contract',
            index=models.Index(fields=['customer', 'state', 'renewal_date', 'currency', 'current_price'], name='contract_book_sums'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['timezone', 'segment', 'owner', 'account_executive', 'executive', 'id'], name='customer_facets'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['id', 'timezone', 'owner', 'account_executive', 'executive', 'churn_risk'], name='customer_book_sums'),
        ),
    ]
