"""Make the workspace's key before any process needs it."""

import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import migrations

KEY_BYTES = 32


def make_key(apps, schema_editor):
    sealer = MultiFernet([Fernet(key.strip()) for key in settings.FIELD_KEYS])
    sealed = sealer.encrypt(secrets.token_bytes(KEY_BYTES)).decode()
    apps.get_model("customers", "WorkspaceKey").objects.get_or_create(pk=1, defaults={"sealed": sealed})


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_workspace_key")]
    operations = [migrations.RunPython(make_key, migrations.RunPython.noop)]
