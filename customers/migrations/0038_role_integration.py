"""Another system's own account: a role that never signs in."""

from django.db import migrations, models

ROLES = [
    ("csm", "Customer success manager"),
    ("lead", "CS lead"),
    ("ops", "Ops"),
    ("read_only", "Read only"),
    ("integration", "Integration"),
]


class Migration(migrations.Migration):
    dependencies = [("customers", "0037_archive_ring")]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(choices=ROLES, default="csm", max_length=20),
        ),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(choices=ROLES, default="csm", max_length=20),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=~models.Q(role="integration")
                | models.Q(
                    email="",
                    is_staff=False,
                    is_superuser=False,
                    password__startswith="!",  # noqa: S106 - the mark of no password
                    slack_id="",
                    sso_subject="",
                ),
                name="user_integration_never_signs_in",
                violation_error_message="An integration has no password, no address and no sign-in elsewhere.",
            ),
        ),
    ]
