"""Salesforce's REST API: opportunities written by our own id, fields read.

Source: Salesforce, "REST API" v66.0: client credentials at the organisation's own domain, a token that does not say
when it ends, errors as an array, "upsert by external id", which is the same however often it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.deadline import DEADLINE_S
from customers.clients.tokens import Token, drop_token, get_token
from customers.clients.wire import LARGEST_ANSWER, Answer, Call, Vendor, failure_of, place_call, unreadable

API = Vendor("Salesforce", "SALESFORCE_BASE")
VERSION = "v66.0"
LARGEST_DESCRIPTION = 8 * LARGEST_ANSWER
"""An organisation may have hundreds of fields of its own."""

WORTH_ANOTHER_TRY = frozenset({"UNABLE_TO_LOCK_ROW", "REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE"})
SHOWN_FIELDS = "Id,StageName,IsClosed,IsWon,Amount,CloseDate"
T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}", re.ASCII)
_WAY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}(?:\.[A-Za-z][A-Za-z0-9_]{0,79}){0,3}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)


@dataclass(frozen=True)
class OpportunityWrite:
    """What an opportunity is to say. external_id: ours. stage: the organisation's own value.

    "" and None leave a field alone; one that is made needs name, close_date and stage.
    """

    customer_id: UUID
    external_id: str
    name: str = ""
    close_date: date | None = None
    stage: str = ""
    amount: Decimal | None = None
    account_id: str = ""


@dataclass(frozen=True)
class OpportunityRead:
    """What an opportunity says there."""

    opportunity_id: str
    stage: str
    is_closed: bool
    is_won: bool
    amount: Decimal | None
    close_date: date | None


@dataclass(frozen=True)
class Stage:
    """One value of the picklist. value: what is written; label: what people there read, maybe translated."""

    value: str
    label: str
    is_active: bool


class SalesforceClient:
    """Calls Salesforce. Raises NotAccepted, MaybeAccepted; nothing is tried twice but a refused token, once."""

    name = "salesforce"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def upsert_opportunity(self, write: OpportunityWrite, *, now: datetime) -> str:
        """Make or change the opportunity with our id; give Salesforce's id, "" where it does not repeat it."""
        answer = self._call("PATCH", _by_external_id(write.external_id), now=now, body=build_opportunity(write))
        if answer.status == 300:
            raise NotAccepted("Several opportunities have this id at Salesforce.", can_retry=False, code="AMBIGUOUS")
        _check(answer, effect=Effect.REPEATABLE, now=now)
        if answer.status == 204:
            return ""
        return _read(answer, Effect.REPEATABLE, lambda row: _id(row["id"]))

    def set_stage(self, opportunity_id: str, stage: str, *, customer_id: UUID, now: datetime) -> None:
        """Put the opportunity into a stage. Whether it may go there is the caller's to know: read first."""
        path = f"sobjects/Opportunity/{_checked(_ID, opportunity_id)}"
        answer = self._call("PATCH", path, now=now, body={"StageName": stage})
        _check(answer, effect=Effect.REPEATABLE, now=now)

    def find_opportunity(self, external_id: str, *, now: datetime) -> OpportunityRead | None:
        """Read the opportunity with our id; None where there is none."""
        answer = self._call("GET", _by_external_id(external_id), now=now, query={"fields": SHOWN_FIELDS})
        if answer.status == 404:
            return None
        _check(answer, effect=Effect.READ, now=now)
        return _read(answer, Effect.READ, _opportunity)

    def get_opportunity(self, opportunity_id: str, *, now: datetime) -> OpportunityRead | None:
        """Read the opportunity with Salesforce's own id; None where it is not there."""
        path = f"sobjects/Opportunity/{_checked(_ID, opportunity_id)}"
        answer = self._call("GET", path, now=now, query={"fields": SHOWN_FIELDS})
        if answer.status == 404:
            return None
        _check(answer, effect=Effect.READ, now=now)
        return _read(answer, Effect.READ, _opportunity)

    def list_stages(self, *, now: datetime) -> tuple[Stage, ...]:
        """Read the stages that this organisation has, in their order."""
        answer = self._call("GET", "sobjects/Opportunity/describe", now=now, largest=LARGEST_DESCRIPTION)
        _check(answer, effect=Effect.READ, now=now)
        return _read(answer, Effect.READ, _stages)

    def read_fields(
        self, sobject: str, record_id: str, fields: Sequence[str], *, now: datetime
    ) -> dict[str, Any] | None:
        """Read fields of one record, such as what a contract or an account's usage says; None where it is not there."""
        path = f"sobjects/{_checked(_NAME, sobject)}/{_checked(_ID, record_id)}"
        names = [_checked(_NAME, name) for name in fields]
        answer = self._call("GET", path, now=now, query={"fields": ",".join(names)})
        if answer.status == 404:
            return None
        _check(answer, effect=Effect.READ, now=now)
        return _read(answer, Effect.READ, lambda row: {name: row.get(name) for name in names})

    def query_rows(
        self, sobject: str, fields: Sequence[str], *, key: str, values: Sequence[str], now: datetime
    ) -> list[dict[str, Any]]:
        """Read fields of the records whose `key` is one of the values; those that are not there are left out."""
        names = [_checked(_WAY, name) for name in fields]
        listed = ",".join(f"'{_checked(_ID, value)}'" for value in values)
        soql = (
            f"SELECT {','.join(names)} FROM {_checked(_NAME, sobject)} "  # noqa: S608  # each part is checked
            f"WHERE {_checked(_WAY, key)} IN ({listed})"
        )
        answer = self._call("GET", "query", now=now, query={"q": soql}, largest=LARGEST_DESCRIPTION)
        _check(answer, effect=Effect.READ, now=now)
        rows, is_whole = _read(
            answer, Effect.READ, lambda body: ([dict(row) for row in body["records"]], body["done"] is True)
        )
        if not is_whole:
            raise NotAccepted("Salesforce has more records for these accounts than it gives at once.", can_retry=False)
        return rows

    def _call(
        self,
        method: str,
        path: str,
        *,
        now: datetime,
        body: Any = None,
        query: dict[str, str] | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> Answer:
        """Call with a token; with a new one where the kept one is refused, for then nothing was done."""
        effect = Effect.READ if method == "GET" else Effect.REPEATABLE
        # Never at the `instance_url` of a token's answer: it would take the token to whatever host stands there.
        url = f"{settings.SALESFORCE_BASE.strip().rstrip('/')}/services/data/{VERSION}/{path}"
        key = (settings.SALESFORCE_BASE, settings.SALESFORCE_CLIENT_ID)
        for is_last in (False, True):
            token = get_token(key, lambda: self._mint(now=now), now=now)
            call = Call(
                method, url, effect, {"Authorization": f"Bearer {token.value}"}, body=body, query=query, largest=largest
            )
            answer = place_call(call, vendor=API, deadline_s=self._deadline_s)
            if answer.status != 401:
                return answer
            drop_token(key, token)
            if is_last:
                break
        return answer

    def _mint(self, *, now: datetime) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.SALESFORCE_CLIENT_ID,
            "client_secret": settings.SALESFORCE_CLIENT_SECRET,
        }
        url = f"{settings.SALESFORCE_BASE.strip().rstrip('/')}/services/oauth2/token"
        answer = place_call(Call("POST", url, Effect.READ, {}, data=form), vendor=API, deadline_s=self._deadline_s)
        if not answer.is_good:
            raise failure_of(answer, vendor=API, effect=Effect.READ, now=now, said="the app's credentials")
        value = _read(answer, Effect.READ, lambda row: row["access_token"])
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise unreadable(API, Effect.READ)
        return Token(value)


def build_opportunity(write: OpportunityWrite) -> dict[str, Any]:
    """Write the fields. Our id stands in the address; in the body as well Salesforce refuses it."""
    fields: dict[str, Any] = {}
    if write.name:
        fields["Name"] = " ".join(write.name.split())[:120]
    if write.close_date is not None:
        fields["CloseDate"] = write.close_date.isoformat()
    if write.stage:
        fields["StageName"] = write.stage
    if write.amount is not None:
        # A number in JSON: two digits survive it up to ninety trillion.
        fields["Amount"] = float(write.amount)
    if write.account_id:
        fields["AccountId"] = write.account_id
    return fields


def _by_external_id(external_id: str) -> str:
    name = _checked(_NAME, settings.SALESFORCE_EXTERNAL_ID_FIELD)
    return f"sobjects/Opportunity/{name}/{quote(external_id, safe='')}"


def _checked(pattern: re.Pattern[str], value: str) -> str:
    """Give what may stand in an address. A mapping is written by people."""
    if not pattern.fullmatch(value):
        raise NotAccepted(f"“{value[:80]}” is no name or id that Salesforce has.", can_retry=False)
    return value


def _check(answer: Answer, *, effect: Effect, now: datetime) -> None:
    if answer.is_good:
        return
    said, code = _said(answer)
    error: NotAccepted | MaybeAccepted = failure_of(answer, vendor=API, effect=effect, now=now, said=said, code=code)
    if isinstance(error, NotAccepted) and code in WORTH_ANOTHER_TRY:
        error.can_retry = True
    raise error


def _said(answer: Answer) -> tuple[str, str]:
    """Give Salesforce's own words and code, where the body is of the documented shape."""
    try:
        rows = answer.json()
        return " ".join(str(row["message"]) for row in rows), str(rows[0]["errorCode"])
    except (ValueError, TypeError, KeyError, IndexError):
        return "", ""


def _read(answer: Answer, effect: Effect, take: Callable[[Any], T]) -> T:
    try:
        return take(answer.json())
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        raise unreadable(API, effect) from None


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("no id")
    return value


def _opportunity(row: Any) -> OpportunityRead:
    amount, closes = row.get("Amount"), row.get("CloseDate")
    return OpportunityRead(
        opportunity_id=_id(row["Id"]),
        stage=str(row["StageName"]),
        is_closed=row["IsClosed"] is True,
        is_won=row["IsWon"] is True,
        amount=None if amount is None else Decimal(str(amount)),
        close_date=None if closes is None else date.fromisoformat(closes),
    )


def _stages(row: Any) -> tuple[Stage, ...]:
    field = next((one for one in row["fields"] if one["name"] == "StageName"), None)
    if field is None:
        raise ValueError("no stages")
    return tuple(Stage(str(one["value"]), str(one["label"]), one["active"] is True) for one in field["picklistValues"])
