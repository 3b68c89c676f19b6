from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "Outreach"

    def ready(self) -> None:
        import outreach.receivers
        import outreach.receivers_crm
        import outreach.receivers_enrollment
        import outreach.receivers_expansion
        import outreach.receivers_outreach_io
        import outreach.receivers_slack
        import outreach.receivers_upsell  # noqa: F401
        from customers.registry.holds import register_hold_source
        from customers.registry.settings_pages import SettingsGroup, SettingsPage, register_settings_page
        from customers.services.keys import register_sealed
        from emails.enums import OriginKind
        from emails.registry import register_draft_actions, register_mails_elsewhere, register_planned_days
        from outreach import panels
        from outreach.outreach_stand_in_post import post
        from outreach.queries import enrollment_holds, holds
        from outreach.queries.introductions import actions_of
        from outreach.queries.outreach_mails import ELSEWHERE
        from outreach.queries.plans import planned_days_of
        from outreach.queries.sources import register_sources
        from outreach.services import (
            bridges,
            enrollment_approvals,
            enrollment_work,
            expansion_work,
            handing_over,
            handlers,
            merging,
            outreach_work,
            staff_templates,
        )
        from outreach.services.outreach_stand_in import use_post
        from outreach.services.upsell import clock

        register_sources()
        register_hold_source(holds.SOURCE)
        register_hold_source(enrollment_holds.SOURCE)
        handlers.register()
        expansion_work.register()
        merging.register()
        handing_over.register()
        outreach_work.register()
        register_sealed(self.get_model("OutreachConnection"), "sealed_access", "sealed_refresh")
        register_sealed(self.get_model("OAuthState"), "sealed_verifier")
        enrollment_work.register()
        enrollment_approvals.register()
        use_post(post)
        staff_templates.register()
        bridges.register()
        panels.register()
        clock.register()
        register_planned_days(OriginKind.ENGAGE, planned_days_of)
        register_mails_elsewhere(ELSEWHERE)
        register_draft_actions(OriginKind.UPSELL, actions_of)
        register_settings_page(SettingsPage("Expansion", "outreach:expansion_settings"))
        register_settings_page(SettingsPage("Salesforce", "outreach:crm_settings", group=SettingsGroup.CONNECTIONS))
        register_settings_page(
            SettingsPage("Outreach.io", "outreach:outreach_settings", group=SettingsGroup.CONNECTIONS)
        )
        register_settings_page(SettingsPage("Sequences", "outreach:outreach_triggers", group=SettingsGroup.CONNECTIONS))
