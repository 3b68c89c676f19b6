from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0043_todo_latest'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apitoken',
            options={'ordering': ['-created_at'], 'verbose_name': 'API token'},
        ),
        migrations.AlterModelOptions(
            name='standincall',
            options={'ordering': ['-called_at', '-created_at'], 'verbose_name': 'stand-in call'},
        ),
        migrations.AlterModelOptions(
            name='todo',
            options={'ordering': ['due_date', 'created_at'], 'verbose_name': 'to-do'},
        ),
    ]
