"""One effect of fifty identical clicks: on the page, by API, by API with a key, in the approvals queue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from config.drills.ground import drill_ground, make_account, make_team, write_letter
from config.drills.threads import at_once
from customers.enums import Scope
from customers.models import User
from customers.services.tokens import create_token
from emails.models import CapturedMail, Draft
from emails.services import outbox

CLICKS = 50
BACKEND = "django.contrib.auth.backends.ModelBackend"
Click = Callable[[Client, Draft], Any]


def drill_clicks(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will click each way fifty times at once and count the mails. count, seed: not needed here."""
    with drill_ground():
        user = make_team()
        bearer = {"authorization": f"Bearer {_token(user)}"}
        for number, (way, click) in enumerate(_ways(bearer).items()):
            person = make_account(number, owner=user)
            draft = write_letter(person, by=user, now=timezone.now())
            answers = at_once(CLICKS, partial(_click, click, draft, user))
            outbox.sweep(now=timezone.now() + timedelta(minutes=5))
            mails = CapturedMail.objects.filter(draft_id=draft.pk).count()
            yield {
                "database": connection.vendor,
                "way": way,
                "clicks": CLICKS,
                "answers": dict(Counter(str(getattr(answer, "status_code", answer)) for answer in answers)),
                "mails": mails,
                "passed": mails == 1 and not any(_is_broken(answer) for answer in answers),
            }


def _ways(bearer: dict[str, str]) -> dict[str, Click]:
    def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
        return client.post(path, json.dumps(body), "application/json", headers={**bearer, **headers})

    return {
        "page": lambda client, draft: client.post(f"/drafts/{draft.pk}/send", {"version": draft.version}),
        "queue": lambda client, draft: client.post(
            f"/approvals/{draft.pk}", {"version": draft.version, "verdict": "approve"}
        ),
        "api": lambda client, draft: post(
            client, "/api/emails/send", {"draftId": str(draft.pk), "version": draft.version}
        ),
        "api_with_key": lambda client, draft: post(
            client, "/api/emails/send", {"draftId": str(draft.pk), "version": draft.version}, **{"idempotency-key": "1"}
        ),
        "api_approve_with_key": lambda client, draft: post(
            client, f"/api/approvals/{draft.pk}/approve", {"version": draft.version}, **{"idempotency-key": "2"}
        ),
    }


def _click(click: Click, draft: Draft, user: User, number: int) -> Any:
    """One of the fifty, whichever its number."""
    return click(_client(user), draft)


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client


def _token(user: User) -> str:
    now = timezone.now()
    scopes = (Scope.READ, Scope.WRITE, Scope.APPROVE)
    return create_token(user, name="Drill", scopes=scopes, expires_at=now + timedelta(days=1), now=now, by=user)[1]


def _is_broken(answer: Any) -> bool:
    return isinstance(answer, Exception) or answer.status_code >= 500
