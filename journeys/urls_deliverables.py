"""Addresses of what a client is given, and of what that is built on."""

from django.urls import URLPattern, path

from journeys.views import business_plans, deliverable_texts, deliverables, onboarding

ACCOUNT = "customers/<uuid:customer_id>"

deliverable_patterns: list[URLPattern] = [
    path(f"{ACCOUNT}/onboarding", onboarding.page, name="onboarding"),
    path(f"{ACCOUNT}/onboarding/versions", onboarding.versions, name="onboarding_versions"),
    path(f"{ACCOUNT}/business-plan", business_plans.page, name="business_plan"),
    path(f"{ACCOUNT}/business-plan/approve", business_plans.approve, name="plan_approve"),
    path(f"{ACCOUNT}/business-plan/versions", business_plans.versions, name="plan_versions"),
    path(f"{ACCOUNT}/business-plan/file", business_plans.file, name="plan_file"),
    path(f"{ACCOUNT}/months/<int:number>/write", deliverables.write, name="deliverable_write"),
    path("deliverables/<uuid:deliverable_id>", deliverables.page, name="deliverable"),
    path("deliverables/<uuid:deliverable_id>/approve", deliverables.approve, name="deliverable_approve"),
    path("deliverables/<uuid:deliverable_id>/reject", deliverables.reject, name="deliverable_reject"),
    path("deliverables/<uuid:deliverable_id>/submit", deliverables.submit, name="deliverable_submit"),
    path("deliverables/<uuid:deliverable_id>/rewrite", deliverables.rewrite, name="deliverable_rewrite"),
    path("deliverables/<uuid:deliverable_id>/pdf", deliverables.pdf, name="deliverable_pdf"),
    path("deliverables/<uuid:deliverable_id>/save", deliverable_texts.save, name="deliverable_save"),
    path(
        "deliverables/<uuid:deliverable_id>/confirm",
        deliverable_texts.confirm_fact,
        name="deliverable_confirm_fact",
    ),
    path("deliverables/<uuid:deliverable_id>/remove", deliverable_texts.remove_fact, name="deliverable_remove_fact"),
    path("deliverables/<uuid:deliverable_id>/versions", deliverable_texts.versions, name="deliverable_versions"),
    path(
        "deliverables/<uuid:deliverable_id>/versions/<uuid:version_id>/restore",
        deliverable_texts.restore,
        name="deliverable_restore",
    ),
]
