"""Which client this installation uses: the real one once it is connected, else its stand-in."""

from __future__ import annotations

from django.conf import settings

from customers.clients.outbound import why_off
from customers.clients.salesforce import SalesforceClient
from customers.clients.salesforce_stand_in import SalesforceStandIn


def why_salesforce_off() -> str:
    """Say why nothing is written or read at Salesforce; "" when it is."""
    return why_off("Salesforce", "SALESFORCE_BASE", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET")


def get_salesforce() -> SalesforceClient | SalesforceStandIn:
    return SalesforceStandIn() if why_salesforce_off() else SalesforceClient(deadline_s=settings.SALESFORCE_TIMEOUT)
