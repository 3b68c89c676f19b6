"""On PostgreSQL a search reads an index of trigrams. Where the extension may not be made, it reads the whole column."""

from django.db import Error, migrations, transaction

INDEXES = {"customer_search_trigrams": "customers_customer", "stakeholder_search_trigrams": "customers_stakeholder"}


def make_indexes(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except Error:
        return
    for name, table in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin (search_text gin_trgm_ops)")


def drop_indexes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0016_book_pass"),
    ]

    operations = [migrations.RunPython(make_indexes, drop_indexes)]
