"""What Outreach.io is to tell us of: webhooks made where they can reach us, and taken away with the connection."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models.workspace import ONLY_ID
from outreach.clients.choice import outreach_client, outreach_webhook_secrets, why_outreach_off
from outreach.models import OutreachConnection

PATH = "/webhooks/outreach"
TOLD_OF = (("sequenceState", "*"), ("mailing", "*"), ("prospect", "updated"))


def why_no_webhooks() -> str:
    """This will say why none are made; "" when they are. Then the look every 15 minutes tells all of it, later."""
    if why_outreach_off():
        return ""
    if not settings.OUTREACH_WEBHOOK_SECRET.strip():
        return "OUTREACH_WEBHOOK_SECRET is not set."
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        return "PUBLIC_URL is not reached from outside over https."
    return ""


def ensure_webhooks(*, now: datetime) -> int:
    """This will make those that are missing and give how many. Raises NotAccepted, MaybeAccepted."""
    secrets = outreach_webhook_secrets()
    if why_no_webhooks() or not secrets:
        return 0
    client = outreach_client(now)
    url = f"{settings.PUBLIC_URL}{PATH}"
    there = {(hook.resource, hook.action): hook for hook in client.list_webhooks() if hook.url == url}
    made = 0
    ids = [hook.webhook_id for hook in there.values()]
    try:
        for resource, action in TOLD_OF:
            hook = there.get((resource, action))
            if hook is None or not hook.is_active:
                made_one = client.create_webhook(url=url, resource=resource, action=action, secret=secrets[0])
                ids.append(made_one.webhook_id)
                made += 1
    finally:
        OutreachConnection.objects.filter(pk=ONLY_ID).update(webhook_ids=sorted(set(ids)))
    return made


def drop_webhooks(row: OutreachConnection, *, now: datetime) -> None:
    """This will take ours away. Raises NotAccepted, MaybeAccepted after having tried all of them."""
    if not row.webhook_ids:
        return
    client = outreach_client(now)
    failed: NotAccepted | MaybeAccepted | None = None
    for number in row.webhook_ids:
        try:
            client.delete_webhook(number)
        except (NotAccepted, MaybeAccepted) as error:
            failed = error
    if failed is not None:
        raise failed
    OutreachConnection.objects.filter(pk=ONLY_ID).update(webhook_ids=[])
