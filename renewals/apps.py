from django.apps import AppConfig


class RenewalsConfig(AppConfig):
    name = "renewals"
    verbose_name = "Renewals"

    def ready(self) -> None:
        import renewals.receivers  # noqa: F401
        from customers.registry.contract_entry import register_contract_writer
        from customers.registry.holds import register_notice_deadline
        from renewals import panels
        from renewals.queries.sources import register_sources
        from renewals.queries.term import find_notice_deadline
        from renewals.services import book_sums, crm, importing, merging, negotiate, step_lines
        from renewals.services.entering_many import enter_contracts

        register_sources()
        register_contract_writer(enter_contracts)
        importing.register()
        crm.register()
        book_sums.register()
        step_lines.register()
        merging.register()
        negotiate.register()
        register_notice_deadline(find_notice_deadline)
        panels.register()
