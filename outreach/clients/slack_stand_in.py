"""Slack's stand-in: keeps the message that would have been posted, so that it can be read in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from customers.models import StandInCall
from outreach.rules.slack_messages import Posted, SlackMessage, Whisper

CHANNEL = "C0STANDIN"


class SlackStandIn:
    """A client like the real one."""

    name = "slack"

    def post(self, message: SlackMessage, *, to: str = "", now: datetime) -> Posted:
        """Keep the message instead of posting it. to: the one person who would get it."""
        ts = f"{int(now.timestamp())}.{uuid4().int % 10**6:06d}"
        return self._keep("post", message, ts=ts, now=now, **({"channel": to} if to else {}))

    def update(self, posted: Posted, message: SlackMessage, *, now: datetime) -> Posted:
        """Keep what would have stood in the message's place."""
        return self._keep("update", message, ts=posted.ts, now=now)

    def tell(self, whisper: Whisper, *, now: datetime) -> None:
        """Keep what one person would have been told."""
        StandInCall.objects.create(
            customer_id=whisper.customer_id,
            vendor=self.name,
            action="tell",
            request={"channel": whisper.channel, "user": whisper.user, "text": whisper.text},
            answer={"ok": True},
            called_at=now,
        )

    def _keep(self, action: str, message: SlackMessage, *, ts: str, now: datetime, **more: str) -> Posted:
        answer: dict[str, Any] = {"ok": True, "channel": CHANNEL, "ts": ts}
        StandInCall.objects.create(
            customer_id=message.customer_id,
            vendor=self.name,
            action=action,
            number=ts,
            request={**more, "text": message.text, "blocks": list(message.blocks)},
            answer=answer,
            called_at=now,
        )
        return Posted(CHANNEL, ts)
