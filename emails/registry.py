"""Where apps on the left say when a letter of theirs is to leave and what their templates may name.

Filled in `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models.expressions import RawSQL

from customers.models.prepared import Slot

Days = Mapping[UUID, date]
_planners: dict[str, Callable[[Collection[UUID]], Days]] = {}


def register_planned_days(origin_kind: str, read: Callable[[Collection[UUID]], Days]) -> None:
    """This will take `read` (draft ids → the customer's day, those without one left out) for letters of this origin."""
    _planners[origin_kind] = read


def planned_days(ids_by_origin: Mapping[str, Collection[UUID]]) -> Days:
    """This will read the days of letters, one call per origin."""
    days: dict[UUID, date] = {}
    for origin_kind, ids in ids_by_origin.items():
        if (read := _planners.get(origin_kind)) and ids:
            days |= read(ids)
    return days


@dataclass(frozen=True)
class MailsElsewhere:
    """Mails that another system sends to the same people: they count for the cap and keep two parts apart.

    part: what the system is called. read: takes what stands behind `__in` for account ids, and a moment or where one
    will stand in a prepared statement; gives a queryset of what left since, with `customer_id`, `subject`, `to_name`,
    `to_email`, `stakeholder_id`, `lane`, `left_at` on each row.
    """

    part: str
    read: Callable[[Collection[UUID] | RawSQL, datetime | Slot], Any]


_elsewhere: dict[str, MailsElsewhere] = {}


def register_mails_elsewhere(source: MailsElsewhere) -> None:
    """This will have the gate count what the source tells of; one source for each part."""
    _elsewhere[source.part] = source


def mails_elsewhere() -> tuple[MailsElsewhere, ...]:
    return tuple(_elsewhere.values())


@dataclass(frozen=True)
class TemplateName:
    """A name that a template may use. example: shown beside the editor. is_link: an address, for a button."""

    name: str
    meaning: str
    example: str
    is_link: bool = False


@dataclass(frozen=True)
class Touched:
    """Somebody whose next mails a new text would touch. id: what `TemplateUse.keep_old` is told."""

    id: UUID
    name: str
    detail: str = ""


class TemplateUse(Protocol):
    """What the app that writes mails from a template knows of it."""

    def read_values(self, key: str, customer_id: UUID | None, now: datetime) -> Mapping[str, str]:
        """This will give the values that the mail would have for this account now, or examples without one."""

    def list_touched(self, key: str) -> Sequence[Touched]:
        """This will list whose next mails a new text would touch."""

    def keep_old(self, old: Any, ids: Collection[UUID], now: datetime) -> int:
        """This will let these go on with the old version, all others with the newest; gives how many keep it."""

    def leave_out(self, template: Any, ids: Collection[UUID], now: datetime) -> int:
        """This will have these go without such mails, until another answer; gives how many. After `keep_old`."""


_names: dict[str, tuple[TemplateName, ...]] = {}
_uses: dict[str, TemplateUse] = {}


def register_template(key: str, names: Iterable[TemplateName], use: TemplateUse) -> None:
    """This will take the names that the template with this key may use, and who uses it."""
    _names[key], _uses[key] = tuple(names), use


def template_names(key: str) -> tuple[TemplateName, ...]:
    return _names.get(key, ())


def template_use(key: str) -> TemplateUse | None:
    return _uses.get(key)


@dataclass(frozen=True)
class Anew:
    """What becomes of a letter whose records say something else by now.

    mail: an `emails.services.templated.TemplatedMail`, from now on to be sent instead; None: it is dropped, and why.
    not_before: before when the new one would come too early.
    """

    mail: Any = None
    not_before: datetime | None = None
    dropped_because: str = ""


Rewriter = Callable[[Any, datetime], Anew | None]
"""Takes a letter and now; None where it cannot be written anew."""
_rewriters: dict[str, Rewriter] = {}


def register_rewriter(origin_kind: str, rewrite: Rewriter) -> None:
    """This will have letters of this origin written anew by `rewrite`, where a rule and no person approved them."""
    _rewriters[origin_kind] = rewrite


def rewriter(origin_kind: str) -> Rewriter | None:
    return _rewriters.get(origin_kind)


@dataclass(frozen=True)
class DraftAction:
    """One more thing that can be done with a draft, by a click: posts `name` and the draft's version to `url`.

    note: what it means, for a tip.
    """

    label: str
    url: str
    icon: str
    note: str = ""
    name: str = ""


DraftActions = Callable[[Any], Sequence[DraftAction]]
"""Takes a letter that may be edited."""
_actions: dict[str, DraftActions] = {}


def register_draft_actions(origin_kind: str, read: DraftActions) -> None:
    """This will show what `read` gives on the cards of this origin's letters."""
    _actions[origin_kind] = read


def draft_actions(draft: Any) -> Sequence[DraftAction]:
    """This will give what else can be done with this letter."""
    read = _actions.get(draft.origin_kind)
    return read(draft) if read is not None else ()
