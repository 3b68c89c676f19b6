from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0040_owner_by_segment'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['owner', 'name', 'id', 'account_executive', 'executive'], name='customer_by_owner'),
        ),
    ]
