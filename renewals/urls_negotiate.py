"""Addresses of the workspace of a negotiation; `renewals/urls.py` includes them."""

from django.urls import path

from renewals.views import negotiate

NEGOTIATE = "customers/<uuid:customer_id>/negotiate"

urlpatterns = [
    path(NEGOTIATE, negotiate.page, name="negotiate"),
    path(f"{NEGOTIATE}/start", negotiate.start, name="negotiate_start"),
    path(f"{NEGOTIATE}/objections/new", negotiate.objection_new, name="objection_new"),
    path(f"{NEGOTIATE}/objections/<uuid:objection_id>/answer", negotiate.answer, name="objection_answer"),
    path(f"{NEGOTIATE}/objections/<uuid:objection_id>/settle", negotiate.settle, name="objection_settle"),
    path(f"{NEGOTIATE}/terms", negotiate.terms, name="terms"),
    path(f"{NEGOTIATE}/terms/<uuid:note_id>/decide", negotiate.decide, name="terms_decide"),
    path(f"{NEGOTIATE}/next", negotiate.next_step, name="next_step"),
]
