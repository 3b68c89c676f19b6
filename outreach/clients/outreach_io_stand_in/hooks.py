"""The stand-in's webhooks: who is to be told of what."""

from __future__ import annotations

from outreach.clients.outreach_io_stand_in.people import read_body
from outreach.clients.outreach_io_stand_in.shapes import Reply, Request, invalid
from outreach.clients.outreach_io_stand_in.things import find_thing, put_thing, tell

ACTIONS = {
    "mailing": {"created", "updated", "destroyed", "bounced", "delivered", "opened", "replied"},
    "sequenceState": {"created", "updated", "destroyed", "advanced", "finished"},
    "prospect": {"created", "updated", "destroyed"},
    "task": {"created", "updated", "destroyed", "completed"},
}


def create_webhook(request: Request) -> Reply:
    said, _ = read_body(request, "webhook")
    resource, action = said.get("resource"), said.get("action")
    if resource != "*" and resource not in ACTIONS:
        raise invalid("Resource is not included in the list.", "/data/attributes/resource")
    if action != "*" and action not in (ACTIONS.get(str(resource)) or set().union(*ACTIONS.values())):
        raise invalid("Action is not included in the list.", "/data/attributes/action")
    if not str(said.get("url", "")).startswith(("https://", "http://")):
        raise invalid("Url is invalid.", "/data/attributes/url")
    if said.get("payloadVersion", 1) not in (1, 2):
        raise invalid("Payload version is not included in the list.", "/data/attributes/payloadVersion")
    row = put_thing("webhook", {"active": True, **said}, now=request.now)
    return Reply(201, {"data": tell(row)})


def remove_webhook(number: str, request: Request) -> Reply:
    find_thing("webhook", number).delete()
    return Reply(204)
