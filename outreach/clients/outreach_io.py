"""Outreach.io's REST API v2: sequences, prospects, people in sequences, mailings, webhooks.

Nothing there is idempotent by a key: a POST whose answer was not seen is MaybeAccepted, and whoever made it looks first
(`find_state`, `find_prospect`, `list_webhooks`). Source: Outreach, "REST API Reference" v2. Which address and which
tokens it uses is `outreach.clients.choice.outreach_client`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from datetime import UTC, datetime
from typing import Any

from customers.clients.base import Effect, NotAccepted
from outreach.clients.outreach_io_bodies import build_link, build_prospect, build_webhook, merge_prospect
from outreach.clients.outreach_io_errors import (
    AlreadyInSequence,
    EmailTaken,
    Gone,
    WrongState,
    error_of,
    finer,
    says_already_in,
    says_taken,
)
from outreach.clients.outreach_io_line import Line
from outreach.rules.outreach_io import reading
from outreach.rules.outreach_io.resources import (
    Account,
    Mailbox,
    Mailing,
    Prospect,
    ProspectWrite,
    Sequence,
    SequenceState,
    SequenceStep,
    Webhook,
)

IDS_PER_CALL = 100
PAYLOAD_VERSION = 2
NOBODYS = 0


class OutreachClient:
    """Calls Outreach.io, or what stands in for it. Short-lived: one for each job.

    Raises NotAccepted (RateLimited, NotConnected, Gone among them) and MaybeAccepted; nothing is tried twice but a
    refused token, once. line: where to, with which tokens, within which limit.
    """

    name = "outreach"

    def __init__(self, line: Line) -> None:
        self._line = line

    @property
    def calls(self) -> int:
        """This will say how many calls were made."""
        return self._line.calls

    # Sequences and mailboxes

    def list_sequences(self) -> tuple[Sequence, ...]:
        """Read all sequences, also those that are not offered."""
        return self._line.all("/sequences", query={"sort": "name"}, read=reading.read_sequence)

    def list_steps(self) -> tuple[SequenceStep, ...]:
        """Read the steps of all sequences at once; those that do not say whose they are are left out."""
        found = self._line.all("/sequenceSteps", query={}, read=lambda row: reading.read_step(row, sequence_id=NOBODYS))
        return tuple(step for step in found if step.sequence_id != NOBODYS)

    def get_sequence_steps(self, sequence_id: int) -> tuple[SequenceStep, ...]:
        """Read the steps of a sequence, in their order."""
        steps = self._line.all(
            "/sequenceSteps",
            query={"filter[sequence][id]": str(sequence_id)},
            read=lambda row: reading.read_step(row, sequence_id=sequence_id),
        )
        return tuple(sorted(steps, key=lambda step: (step.order is None, step.order, step.step_id)))

    def list_mailboxes(self, email: str = "", *, user_id: int | None = None) -> tuple[Mailbox, ...]:
        """Read the mailboxes: of this address, of this user there, or all of them."""
        query = {}
        if email:
            query.update(_filter("email", email.strip().lower()))
        if user_id is not None:
            query["filter[userId]"] = str(user_id)
        found = self._line.all("/mailboxes", query=query, read=reading.read_mailbox)
        return tuple(box for box in found if not email or box.email == email.strip().lower())

    # People and companies

    def find_prospect(self, email: str, *, external_id: str = "") -> Prospect | None:
        """Find the person with this email, in any case; of several the one with our id, else the oldest."""
        wanted = email.strip().lower()
        found = self._line.all("/prospects", query=_filter("emails", wanted), read=reading.read_prospect)
        fitting = [one for one in found if not one.is_trashed and wanted in {e.strip().lower() for e in one.emails}]
        ours = [one for one in fitting if external_id and one.external_id == external_id]
        return min(ours or fitting, key=lambda one: one.prospect_id, default=None)

    def get_prospect(self, prospect_id: int) -> Prospect:
        """Read one person. Raises Gone."""
        return self._line.get(f"/prospects/{int(prospect_id)}", read=reading.read_prospect)

    def create_prospect(self, write: ProspectWrite) -> Prospect:
        """Make a person. Raises EmailTaken. A second call makes a second one: look with `find_prospect` first."""
        answer = self._line.ask("POST", "/prospects", effect=Effect.ONCE, body=build_prospect(write))
        if not answer.is_good:
            error = error_of(answer, effect=Effect.ONCE, now=self._line.access.now())
            if isinstance(error, NotAccepted) and says_taken(answer):
                error = finer(error, EmailTaken)
            raise error
        return self._line.read(answer, lambda body: reading.read_prospect(body["data"]), effect=Effect.ONCE)

    def update_prospect(self, prospect_id: int, write: ProspectWrite) -> Prospect:
        """Write what differs: emails are added, never taken away, an account is kept, what is empty is left alone.

        Reads first, and makes no second call when everything stands there. Raises Gone, EmailTaken.
        """
        there = self.get_prospect(prospect_id)
        body = merge_prospect(there, write)
        if body is None:
            return there
        return self._patch_prospect(prospect_id, body)

    def opt_out(self, prospect_id: int) -> Prospect:
        """Take the person out of all mailings there. Doing it again changes nothing."""
        attributes = {"optedOut": True}
        body = {"data": {"type": "prospect", "id": int(prospect_id), "attributes": attributes}}
        return self._patch_prospect(prospect_id, body)

    def find_account(self, name: str, *, domain: str = "") -> Account | None:
        """Find the company: by its web domain where one is known, else by its name, in any case. None is made."""
        if domain:
            wanted = domain.strip().lower()
            found = self._line.all("/accounts", query=_filter("domain", wanted), read=reading.read_account)
            fitting = [one for one in found if one.domain == wanted]
            if fitting:
                return min(fitting, key=lambda one: one.account_id)
        found = self._line.all("/accounts", query=_filter("name", name.strip()), read=reading.read_account)
        same = [one for one in found if one.name.strip().casefold() == name.strip().casefold()]
        # Two companies of one name: nobody here can say which is meant.
        return same[0] if len(same) == 1 else None

    # People in sequences

    def find_state(self, prospect_id: int, sequence_id: int) -> SequenceState | None:
        """Find the person's way through the sequence: the latest, None where there is none."""
        query = {"filter[prospect][id]": str(prospect_id), "filter[sequence][id]": str(sequence_id)}
        found = self._line.all("/sequenceStates", query=query, read=reading.read_state)
        fitting = [
            one for one in found if one.prospect_id in (None, prospect_id) and one.sequence_id in (None, sequence_id)
        ]
        return max(fitting, key=lambda one: one.state_id, default=None)

    def create_state(self, prospect_id: int, sequence_id: int, mailbox_id: int) -> SequenceState:
        """Put the person into the sequence, to be written to from this mailbox. Raises AlreadyInSequence.

        MaybeAccepted: look with `find_state` before anything else.
        """
        links = {
            "prospect": build_link("prospect", prospect_id),
            "sequence": build_link("sequence", sequence_id),
            "mailbox": build_link("mailbox", mailbox_id),
        }
        body = {"data": {"type": "sequenceState", "relationships": links}}
        answer = self._line.ask("POST", "/sequenceStates", effect=Effect.ONCE, body=body)
        if not answer.is_good:
            error = error_of(answer, effect=Effect.ONCE, now=self._line.access.now())
            if isinstance(error, NotAccepted) and says_already_in(answer):
                error = finer(error, AlreadyInSequence)
            raise error
        return self._line.read(answer, lambda row: reading.read_state(row["data"]), effect=Effect.ONCE)

    def get_state(self, state_id: int) -> SequenceState:
        """Read one. Raises Gone."""
        return self._line.get(f"/sequenceStates/{int(state_id)}", read=reading.read_state)

    def get_states(self, state_ids: Several[int]) -> tuple[SequenceState, ...]:
        """Read several; those that are gone are missing in the answer. One call for each hundred."""
        ids = sorted({int(one) for one in state_ids})
        found: list[SequenceState] = []
        for start in range(0, len(ids), IDS_PER_CALL):
            part = ",".join(str(one) for one in ids[start : start + IDS_PER_CALL])
            found += self._line.all("/sequenceStates", query={"filter[id]": part}, read=reading.read_state)
        return tuple(found)

    def list_states_changed_since(self, at: datetime) -> Iterator[tuple[SequenceState, ...]]:
        """Read what changed at or after the moment, the oldest change first, page by page (of up to 250).

        Between two pages a call is made: never iterate inside a transaction.
        """
        return self._line.pages("/sequenceStates", query=_changed_since(at), read=reading.read_state)

    def pause(self, state_id: int) -> SequenceState:
        """Pause an active one. Raises WrongState, Gone."""
        return self._act(state_id, "pause")

    def resume(self, state_id: int) -> SequenceState:
        """Let a paused one go on. Raises WrongState, Gone."""
        return self._act(state_id, "resume")

    def finish(self, state_id: int) -> SequenceState:
        """End an active one; its history stays there. Raises WrongState, Gone."""
        return self._act(state_id, "finish")

    def list_mailings(self, state_id: int) -> tuple[Mailing, ...]:
        """Read the mails of one person's way through a sequence."""
        query = {"filter[sequenceState][id]": str(state_id)}
        return self._line.all("/mailings", query=query, read=reading.read_mailing)

    def list_mailings_changed_since(self, at: datetime) -> Iterator[tuple[Mailing, ...]]:
        """Read the mails that changed at or after the moment, as `list_states_changed_since` does states."""
        return self._line.pages("/mailings", query=_changed_since(at), read=reading.read_mailing)

    # What they tell us

    def list_webhooks(self) -> tuple[Webhook, ...]:
        """Read what they tell us of, and others whom these tokens may see."""
        return self._line.all("/webhooks", query={}, read=reading.read_webhook)

    def create_webhook(self, *, url: str, resource: str, action: str, secret: str) -> Webhook:
        """Ask to be told of one resource and action, signed with the secret. A second call makes a second one."""
        body = build_webhook(url=url, resource=resource, action=action, secret=secret, version=PAYLOAD_VERSION)
        answer = self._line.ask("POST", "/webhooks", effect=Effect.ONCE, body=body)
        self._line.check(answer, effect=Effect.ONCE)
        return self._line.read(answer, lambda row: reading.read_webhook(row["data"]), effect=Effect.ONCE)

    def delete_webhook(self, webhook_id: int) -> None:
        """Ask not to be told any more; one that is gone already is fine."""
        answer = self._line.ask("DELETE", f"/webhooks/{int(webhook_id)}", effect=Effect.REPEATABLE)
        if answer.status != 404:
            self._line.check(answer, effect=Effect.REPEATABLE)

    def _act(self, state_id: int, action: str) -> SequenceState:
        path = f"/sequenceStates/{int(state_id)}/actions/{action}"
        answer = self._line.ask("POST", path, effect=Effect.REPEATABLE)
        if not answer.is_good:
            error = error_of(answer, effect=Effect.REPEATABLE, now=self._line.access.now())
            raise finer(error, WrongState) if answer.status == 422 and isinstance(error, NotAccepted) else error
        return self._line.read(answer, lambda row: reading.read_state(row["data"]), effect=Effect.REPEATABLE)

    def _patch_prospect(self, prospect_id: int, body: dict[str, Any]) -> Prospect:
        answer = self._line.ask("PATCH", f"/prospects/{int(prospect_id)}", effect=Effect.REPEATABLE, body=body)
        if not answer.is_good:
            error = error_of(answer, effect=Effect.REPEATABLE, now=self._line.access.now())
            if isinstance(error, NotAccepted) and not isinstance(error, Gone) and says_taken(answer):
                error = finer(error, EmailTaken)
            raise error
        return self._line.read(answer, lambda row: reading.read_prospect(row["data"]), effect=Effect.REPEATABLE)


def _changed_since(at: datetime) -> dict[str, str]:
    """This will ask for what changed at or after the moment, the oldest change first."""
    since = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"filter[updatedAt]": f"{since}..inf", "sort": "updatedAt"}


def _filter(name: str, value: str) -> dict[str, str]:
    """This will write a filter of one value; a comma or two dots would make it a list or a range."""
    if "," in value or ".." in value:
        return {f"filter[{name}][]": value, "newFilterSyntax": "true"}
    return {f"filter[{name}]": value}
