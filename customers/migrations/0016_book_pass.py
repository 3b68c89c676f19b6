"""A pass over the whole book from indexes alone, and its orders by account."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0015_search_text'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='customer',
            name='customer_book_sums',
        ),
        migrations.RemoveIndex(
            model_name='todo',
            name='todo_open_due',
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['id', 'name', 'timezone', 'owner', 'account_executive', 'executive', 'churn_risk'], name='customer_book_pass'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['churn_risk', 'name'], name='customer_by_risk'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['relationship_strength', 'name'], name='customer_by_relationship'),
        ),
        migrations.AddIndex(
            model_name='todo',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['customer', 'actor', 'due_date', 'waits_since'], name='todo_open_at_account'),
        ),
    ]
