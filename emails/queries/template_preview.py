"""A template as a real client would get it today. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from customers.models import Customer
from customers.queries.workspace import get_settings
from emails.models import MailTemplateVersion
from emails.registry import template_names, template_use
from emails.rules.footers import Footer
from emails.rules.rendering import render
from emails.rules.templates import compile_template, fill


@dataclass(frozen=True)
class Shown:
    """Both parts of a mail and its subject."""

    subject: str
    html: str
    text: str


def preview_text(version: MailTemplateVersion, *, customer: Customer | None, now: datetime) -> Shown:
    """This will fill and render the text for the client, with examples where there is none. Raises MissingValue."""
    key = version.template.key
    use = template_use(key)
    examples = {name.name: name.example for name in template_names(key)}
    values = {**examples, **(use.read_values(key, customer.pk if customer else None, now) if use else {})}
    filled = fill(compile_template(version.subject, version.body), values)
    footer = _footer(customer) if version.template.is_for_clients else None
    buttons = [button for button in filled.buttons if button.leads_home(settings.PUBLIC_URL)]
    rendered = render(subject=filled.subject, body=filled.body, footer=footer, buttons=buttons)
    return Shown(filled.subject, rendered.html, rendered.text)


def _footer(customer: Customer | None) -> Footer:
    account = customer.name if customer else "The client"
    return Footer(company=get_settings().company_name, account=account, url=f"{settings.PUBLIC_URL}/u/example")
