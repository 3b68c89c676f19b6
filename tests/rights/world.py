"""The book of the benchmarks as one person's, and who calls: that person, one of the team, somebody of another."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from config.benchmarks.examples import Examples
from config.benchmarks.pages import fill_desk
from customers.enums import Role, Scope
from customers.models import Absence, ApiToken, Customer, ImportRun, Notice, User
from customers.services.tokens import digest_of
from journeys.models import SimulationRun
from renewals.models import Renewal
from tests import factories
from tests.rights.rows import fill_rest, list_api_ids
from tests.rights.table import NOBODY

ACCOUNTS = 160
RELATIONS = ("own", "team", "foreign")
MISSING = uuid.UUID("6b78d772-75ec-4708-b31f-059284ec04f4")
KINDS = {401: "unknown", 403: "refused", 404: "not found", 405: "no method"}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
TOUCHED_BY_CALLING = ("django_session", "axes_", "customers_apitoken")
"""Written whoever calls and whatever is answered: sessions, counted sign-ins, when a token was last used."""

_LOST: dict[str, dict[str, str]] = {Role.INTEGRATION: {"email": "", "slack_id": "", "sso_subject": ""}}
"""What the database lets nobody of the role have."""


@dataclass(frozen=True)
class Seen:
    """What one call was answered. wrote: the first statement by which rows were changed."""

    status: int
    location: str
    wrote: str
    body: bytes

    @property
    def page_kind(self) -> str:
        if self.status == HTTPStatus.FOUND and self.location.startswith("/sign-in"):
            return "sign-in"
        return self.api_kind

    @property
    def api_kind(self) -> str:
        return KINDS.get(self.status, "error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "done")


@dataclass
class World:
    """owner: whose book it is. people: by relation to that book. theirs: what the outsider has instead."""

    owner: User
    colleague: User
    outsider: User
    examples: Examples
    theirs: Customer
    api_ids: dict[str, Any]
    sessions: dict[uuid.UUID, str] = field(default_factory=dict)
    keys: dict[uuid.UUID, str] = field(default_factory=dict)

    def open(self, path: str, *, method: str, role: str, relation: str, body: Any = None) -> Seen:
        """Have somebody in a browser call a page; what it does is undone."""
        client = Client(raise_request_exception=False)
        person = self.person(relation)
        if role != NOBODY:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[person.pk]
        return _call(lambda: getattr(client, method)(path, body), person=person, role=role)

    def ask(self, path: str, *, method: str, role: str, relation: str, body: Any = None, key: str = "") -> Seen:
        """Have another system call the API; what it does is undone."""
        client, person = Client(raise_request_exception=False), self.person(relation)
        headers = {"authorization": f"Bearer {key or self.keys[person.pk]}"} if role != NOBODY else {}
        if method == "get":
            return _call(lambda: client.get(path, body, headers=headers), person=person, role=role)
        sent = {"data": {} if body is None else body, "content_type": "application/json", "headers": headers}
        return _call(lambda: getattr(client, method)(path, **sent), person=person, role=role)

    def api_id(self, address: str, name: str) -> Any:
        """Give the id for a part of an address under /api: the address's own, else that of its beginning."""
        if (of_part := f"{address} {name}") in self.api_ids:
            return self.api_ids[of_part]
        if address in self.api_ids and not address.endswith("}"):
            return self.api_ids[address]
        part = "{" + name + "}"
        return self.api_ids[address.split(part)[0] + part]

    def person(self, relation: str) -> User:
        """Give who stands so to the book; of what is not there anybody may be asked."""
        return {"team": self.colleague, "foreign": self.outsider}.get(relation, self.owner)


def make_world() -> World:
    """Fill the book and make it one person's; give each caller a session and a token with every scope."""
    desk = fill_desk(ACCOUNTS)
    examples = desk.examples
    owner = User.objects.get(username="bench-lead")
    colleague = factories.UserFactory.create(username="colleague", team=owner.team)
    outsider = factories.UserFactory.create(username="outsider", team=factories.TeamFactory.create(name="Elsewhere"))
    for person in (owner, colleague, outsider):  # Else the password taken from an integration would end its session.
        person.set_unusable_password()
        person.save(update_fields=["password"])
    Customer.objects.update(owner=owner, account_executive=None, executive=None)
    User.objects.filter(pk=examples.colleague.pk).update(team=owner.team)
    for model in (ImportRun, Notice, SimulationRun):
        model._default_manager.update(user=owner)
    theirs = factories.CustomerFactory.create(owner=outsider, name="Elsewhere Estates", external_id="elsewhere")
    contract = factories.ContractFactory.create(customer=theirs)
    Renewal.objects.create(customer=theirs, contract=contract)
    factories.StakeholderFactory.create(customer=theirs, roles=["champion", "economic_buyer"], primary=True)
    examples.customer.refresh_from_db()
    away = examples._absence()
    Absence.objects.filter(pk=away).update(delegate=User.objects.get(username="bench-7"))
    examples._values["absence_id"] = lambda: away
    now = timezone.now()
    examples._values.update(fill_rest(examples, owner, now=now))
    world = World(owner, colleague, outsider, examples, theirs, list_api_ids(examples))
    for relation in RELATIONS:
        person = world.person(relation)
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        world.sessions[person.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
        world.keys[person.pk] = key_with(person, Scope.values)
    return world


def key_with(person: User, scopes: Iterable[str]) -> str:
    """Write a token by hand: the services would refuse scopes that the role may not have."""
    key = f"evg_{uuid.uuid4().hex}"
    ApiToken.objects.create(
        user=person, name="Matrix", prefix=key[:10], digest=digest_of(key), scopes=list(scopes),
        expires_at=timezone.now() + timedelta(days=1), last_used_at=timezone.now(),
    )  # fmt: skip
    return key


def _call(send: Callable[[], Any], *, person: User, role: str) -> Seen:
    wrote: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        is_write = sql.lstrip().upper().startswith(WRITES) and not any(name in sql for name in TOUCHED_BY_CALLING)
        if is_write and context["cursor"].rowcount:
            wrote.append(sql[:160])
        return result

    cache.clear()  # the limit on calls counts across cells
    with transaction.atomic():
        if role != NOBODY:
            User.objects.filter(pk=person.pk).update(role=role, is_staff=role == Role.OPS, **_LOST.get(role, {}))
        with connection.execute_wrapper(watch):
            answer = send()
        transaction.set_rollback(True)
    body = b"" if answer.streaming else answer.content
    return Seen(answer.status_code, answer.headers.get("Location", ""), (wrote or [""])[0], body)
