"""The ground in the admin: accounts and what is known of them, our own people, the record, the workspace."""

from customers.admin import (
    absences,
    accounts,
    archives,
    imports,
    notices,
    people,
    record,
    sources,
    stand_ins,
    webhook_endpoints,
    workspace,
)

__all__ = [
    "absences",
    "accounts",
    "archives",
    "imports",
    "notices",
    "people",
    "record",
    "sources",
    "stand_ins",
    "webhook_endpoints",
    "workspace",
]
