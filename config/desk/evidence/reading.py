"""A renewal's evidence read from its rows and from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery

from config.desk.evidence.letters import show_letter
from config.desk.evidence.pack import Answer, Chain, Objection, Overrule, Pack, RecordLine, Terms
from customers.models import Activity, Seal, User
from customers.queries.lookup import NotThere
from emails.enums import Lane, OriginKind
from emails.models import Draft, DraftVersion, Reply
from outreach.models import OutreachPlan
from renewals.models import EngageRun, Override, Renewal, TermNote
from renewals.models import Objection as ObjectionRow

LANES = (Lane.RENEWAL, Lane.NOTICE)
PRICE_VERBS = frozenset({"price.set", "price.locked", "price.unlocked"})


@dataclass(frozen=True)
class _Rows:
    """What belongs to the renewal, beside its mails."""

    run: EngageRun | None
    overrides: Sequence[Any]
    objections: Sequence[Any]
    terms: Sequence[Any]


def list_renewals(customer_id: UUID, *, reader: User) -> list[Renewal]:
    """This will list the account's renewals that the reader sees, the latest first, with all that is one of each.

    Also how far the record is sealed: a pack has many parts, and each query of its own is one that the page waits for.
    """
    last = Seal.objects.order_by("-number")
    rows = Renewal.objects.visible_to(reader).filter(customer=customer_id)
    rows = rows.select_related("customer", "contract", "closed_by", "engage_run").annotate(
        last_link=Subquery(last.values("number")[:1]),
        last_digest=Subquery(last.values("digest")[:1]),
        last_sealed_at=Subquery(last.values("sealed_at")[:1]),
    )
    return list(rows.order_by("-created_at"))


def choose_renewal(renewals: Sequence[Renewal], wanted: UUID | None) -> Renewal:
    """This will give the one of this id, else the open one, else the last. Raises NotThere."""
    if wanted is not None:
        renewals = [one for one in renewals if one.pk == wanted]
    found = next((one for one in renewals if one.is_open), None) or next(iter(renewals), None)
    if found is None:
        raise NotThere("There is no such renewal here; nobody has opened one.")
    return found


def read_pack(renewal: Renewal, *, renewals: Sequence[Renewal], now: datetime, by: User) -> Pack:
    """This will gather everything that is on record of the renewal. renewals: what `list_renewals` gave."""
    rows = _read_rows(renewal)
    drafts = _list_drafts(renewal, renewals)
    replies = _list_replies(renewal, renewals, drafts)
    lines = _list_lines(renewal, rows, drafts, replies)
    texts = _texts_of(drafts)
    by_letter: dict[UUID | None, list[RecordLine]] = {}
    for subject_id, line in lines:
        by_letter.setdefault(subject_id, []).append(line)
    record = [line for _, line in lines]
    return Pack(
        customer=renewal.customer,
        renewal=renewal,
        recommended=rows.run.advice if rows.run else {},
        overrules=[_overrule(row) for row in rows.overrides],
        prices=[line for line in record if line.verb in PRICE_VERBS],
        letters=[show_letter(draft, by_letter.get(draft.pk, []), texts) for draft in drafts],
        answers=[_answer(row) for row in replies],
        objections=[_objection(row) for row in rows.objections],
        terms=[_terms(row) for row in rows.terms],
        record=record,
        chain=_chain(renewal, record),
        made_at=now,
        made_by=by.display_name,
    )


def _read_rows(renewal: Renewal) -> _Rows:
    terms = TermNote.objects.filter(renewal=renewal).select_related("written_by", "decided_by")
    return _Rows(
        run=getattr(renewal, "engage_run", None),
        overrides=list(Override.objects.filter(run__renewal=renewal).select_related("by").order_by("at")),
        objections=list(ObjectionRow.objects.filter(renewal=renewal).order_by("raised_at")),
        terms=list(terms.order_by("version")),
    )


def _within(renewal: Renewal, renewals: Sequence[Renewal], field: str) -> Q:
    """Between the outcome of the renewal before and its own."""
    before = [one.closed_at for one in renewals if one.closed_at and one.created_at < renewal.created_at]
    span = Q(**{f"{field}__gte": max(before)}) if before else Q()
    return span & Q(**{f"{field}__lte": renewal.closed_at}) if renewal.closed_at else span


def _plans(renewal: Renewal) -> Any:
    return OutreachPlan.objects.filter(renewal_id=renewal.pk).order_by().values("pk")


def _list_drafts(renewal: Renewal, renewals: Sequence[Renewal]) -> list[Draft]:
    """Those of its plans, and others on the renewal that were written in its time."""
    free = Q(lane__in=LANES) & ~Q(origin_kind=OriginKind.ENGAGE) & _within(renewal, renewals, "created_at")
    planned = Q(origin_kind=OriginKind.ENGAGE, origin_id__in=_plans(renewal))
    rows = Draft.objects.filter(planned | free, customer=renewal.customer_id).select_related("sender")
    return list(rows.defer("brief", "facts", "first_body", "body").order_by("created_at", "pk"))


def _list_replies(renewal: Renewal, renewals: Sequence[Renewal], drafts: Sequence[Draft]) -> list[Reply]:
    """Answers to these letters, and what came from the account in its time without answering another."""
    free = Q(draft=None) & _within(renewal, renewals, "received_at")
    mine = Q(draft__in=[draft.pk for draft in drafts]) | free
    return list(Reply.objects.filter(mine, customer=renewal.customer_id).order_by("received_at", "pk"))


def _list_lines(
    renewal: Renewal, rows: _Rows, drafts: Sequence[Draft], replies: Sequence[Reply]
) -> list[tuple[UUID | None, RecordLine]]:
    """Every line about one of these rows, with what it is about."""
    about: dict[str, Any] = {
        "renewal": [renewal.pk],
        "contract": [renewal.contract_id],
        "outreachplan": _plans(renewal),
        "engagerun": [rows.run.pk] if rows.run else [],
        "objection": [row.pk for row in rows.objections],
        "termnote": [row.pk for row in rows.terms],
        "draft": [draft.pk for draft in drafts],
        "reply": [reply.pk for reply in replies],
    }
    wanted = Q(pk__in=[])
    for kind, ids in about.items():
        wanted |= Q(subject_kind=kind, subject_id__in=ids)
    found = Activity.objects.filter(wanted).select_related("seal").order_by("at", "created_at", "pk")
    return [(row.subject_id, _line(row)) for row in found]


def _line(row: Any) -> RecordLine:
    seal: Seal | None = getattr(row, "seal", None)
    return RecordLine(
        id=row.pk,
        at=row.at,
        verb=row.verb,
        says=row.summary,
        by=row.actor_name,
        link=seal.number if seal else None,
        digest=seal.digest if seal else "",
        data=row.data if isinstance(row.data, dict) else {},
    )


def _texts_of(drafts: Sequence[Draft]) -> dict[tuple[UUID, int], DraftVersion]:
    rows = DraftVersion.objects.filter(draft__in=[draft.pk for draft in drafts], is_aside=False)
    return {(row.draft_id, row.version): row for row in rows}


def _chain(renewal: Any, record: Sequence[RecordLine]) -> Chain:
    waiting = sum(line.link is None for line in record)
    return Chain(renewal.last_link or 0, renewal.last_digest or "", renewal.last_sealed_at, waiting)


def _overrule(row: Any) -> Overrule:
    return Overrule(row.at, _name(row.by), row.get_kind_display(), row.subject, row.old, row.new, row.reason)


def _answer(row: Any) -> Answer:
    first = row.first_classification
    return Answer(
        id=row.pk,
        letter_id=row.draft_id,
        at=row.received_at,
        sender=f"{row.from_name} <{row.from_email}>" if row.from_email else row.from_name,
        subject=row.subject,
        text=row.text,
        classification=row.classification,
        first=first if first != row.classification else "",
        classified_by=row.classified_by,
        is_verified=row.is_verified,
    )


def _objection(row: Any) -> Objection:
    return Objection(row.raised_at, row.kind, row.quote, row.settled_at, row.settled_how)


def _terms(row: Any) -> Terms:
    return Terms(
        version=row.version,
        at=row.written_at,
        by=_name(row.written_by),
        price=row.price,
        term_months=row.term_months,
        discount_pct=row.discount_pct,
        state=row.state,
        note=row.note,
        decided_at=row.decided_at,
        decided_by=_name(row.decided_by),
    )


def _name(user: User | None) -> str:
    return user.display_name if user else ""
