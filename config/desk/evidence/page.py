"""The evidence of a renewal as a page, and as a file that can be taken away."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from config.desk.evidence.giving import give
from config.desk.evidence.pack import HOW_TO_CHECK, Pack
from config.desk.evidence.reading import choose_renewal, list_renewals, read_pack
from config.desk.evidence.words import put_in_words
from customers.models import Customer
from customers.queries.lookup import NotThere
from customers.queries.workspace import get_settings
from customers.view_base import reader_of
from emails.services.files import clean_file_name
from journeys.writing.deliverable_pdf import make_deliverable_pdf
from renewals.models import Renewal

KINDS = {"json": "application/json; charset=utf-8", "pdf": "application/pdf"}


@login_required
@require_GET
def evidence(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Show what is on record of a renewal, the open or last one unless another is asked for."""
    reader = reader_of(request)
    renewals = list_renewals(customer_id, reader=reader)
    pack = _read(request, renewals) if renewals else None
    customer = pack.customer if pack else get_object_or_404(Customer.objects.visible_to(reader), pk=customer_id)
    context = {"customer": customer, "pack": pack, "renewals": renewals, "how_to_check": HOW_TO_CHECK}
    return render(request, "config/evidence.html", context)


@login_required
@require_GET
def evidence_file(request: HttpRequest, customer_id: UUID, kind: str) -> HttpResponse:
    """Give the pack out as a file, on record. kind: json or pdf."""
    if kind not in KINDS:
        raise Http404
    pack = _read(request, list_renewals(customer_id, reader=reader_of(request)))
    given = give(pack, through=kind, now=pack.made_at, by=reader_of(request))
    content = given.as_file() if kind == "json" else _as_pdf(pack, given.digest)
    name = clean_file_name(
        f"{pack.customer.name} renewal {pack.renewal.contract.renewal_date:%Y-%m-%d} evidence.{kind}"
    )
    response = HttpResponse(content, content_type=KINDS[kind])
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _read(request: HttpRequest, renewals: list[Renewal]) -> Pack:
    try:
        wanted = UUID(request.GET["renewal"]) if request.GET.get("renewal") else None
        renewal = choose_renewal(renewals, wanted)
    except (ValueError, NotThere) as error:
        raise Http404 from error
    return read_pack(renewal, renewals=renewals, now=timezone.now(), by=reader_of(request))


def _as_pdf(pack: Pack, digest: str) -> bytes:
    return make_deliverable_pdf(
        title="Evidence of the renewal",
        heading=f"Renewal of {pack.renewal.contract.renewal_date:%d %b %Y}",
        customer=pack.customer.name,
        company=get_settings().company_name,
        body=put_in_words(pack, digest=digest),
    )


evidence_patterns = [
    path("customers/<uuid:customer_id>/evidence", evidence, name="account_evidence"),
    path("customers/<uuid:customer_id>/evidence/<slug:kind>", evidence_file, name="account_evidence_file"),
]
"""Stand in the ground's namespace, as the account page's own (`config/desk/account.py`)."""
