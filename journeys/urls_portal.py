"""Addresses of a client's pages behind a signed link, and of the links themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from journeys.views import portal, portal_links

CLIENT = "j/<str:token>"
LINKS = "customers/<uuid:customer_id>/journey/links"

portal_patterns: list[URLPattern] = [
    path(CLIENT, portal.home, name="portal"),
    path(f"{CLIENT}/months/<int:number>", portal.month, name="portal_month"),
    path(f"{CLIENT}/months/<int:number>.pdf", portal.month_pdf, name="portal_month_pdf"),
    path(f"{CLIENT}/certificate", portal.certificate, name="portal_certificate"),
    path(f"{CLIENT}/messages", portal.messages, name="portal_messages"),
    path(f"{CLIENT}/mail", portal.mail, name="portal_mail"),
    path(f"{CLIENT}/details", portal.details, name="portal_details"),
    path(LINKS, portal_links.listing, name="portal_links"),
    path(f"{LINKS}/new", portal_links.new, name="portal_link_new"),
    path(f"{LINKS}/<uuid:link_id>/revoke", portal_links.revoke, name="portal_link_revoke"),
]
