"""Every column that an import knows: what it is called, where it belongs and how its cells are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a cell is read; `rows.py` has the reader of each."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    LIST = "list"
    EXTERNAL_ID = "external_id"
    NAME = "name"
    EMAIL = "email"
    PERSON = "person"
    DATE = "date"
    MOMENT = "moment"
    AMOUNT = "amount"
    NUMBER = "number"
    PERCENT = "percent"
    MULTIPLE = "multiple"
    SCORE_10 = "score_10"
    SCORE_100 = "score_100"
    DAYS = "days"
    PRESSURE = "pressure"
    ROLES = "roles"
    YES_NO = "yes_no"
    TIMEZONE = "timezone"
    COUNTRY = "country"
    CURRENCY = "currency"


class Part(StrEnum):
    """What a field describes. Account, contract and extra fields must agree between the rows of one account."""

    ACCOUNT = "account"
    CONTRACT = "contract"
    PERSON = "person"
    USAGE = "usage"
    HEALTH = "health"
    WIN = "win"
    EXTRA = "extra"


ONE_PER_ACCOUNT = frozenset({Part.ACCOUNT, Part.CONTRACT, Part.EXTRA})


@dataclass(frozen=True)
class Field:
    """One thing that a column can hold.

    names: headers in normal form (see `columns.normal_form`), best first. slot: which of a row's people it describes;
    "" is the row's own person. attribute: the name without its part and slot, as the writer of the row knows it.
    """

    key: str
    label: str
    part: Part
    kind: Kind
    names: tuple[str, ...]
    slot: str = ""
    limit: int = 200

    @property
    def attribute(self) -> str:
        return self.key.rpartition(".")[2]


def field(key: str, label: str, kind: Kind, names: str, *, slot: str = "", limit: int = 200) -> Field:
    """Declare a field; its part is the first word of the key, names are parted by commas, the label counts as one."""
    listed = [" ".join(name.split()) for name in [label.lower(), *names.split(",")]]
    part = Part(key.partition(".")[0])
    return Field(key, label, part, kind, tuple(dict.fromkeys(n for n in listed if n)), slot, limit)


_ACCOUNT = (
    field(
        "account.external_id",
        "Account ID",
        Kind.EXTERNAL_ID,
        (
            "account id 18, account id 18 digit, case safe account id, company id, associated company ids primary, "
            "associated company id primary, associated company ids, associated company id, record id company, "
            "customer id, external id, crm id, account"
        ),
        limit=120,
    ),
    field(
        "account.name",
        "Account name",
        Kind.TEXT,
        (
            "company name, customer name, customer, company, associated company primary, associated company, "
            "organization, organisation, organization name, client, client name"
        ),
    ),
    field(
        "account.segment",
        "Segment",
        Kind.TEXT,
        "customer segment, account segment, market segment",
        limit=80,
    ),
    field(
        "account.timezone",
        "Time zone",
        Kind.TIMEZONE,
        "timezone, account time zone, customer timezone",
    ),
    field(
        "account.country",
        "Country",
        Kind.COUNTRY,
        (
            "billing country, country region, billing country code, billing country territory, billing state "
            "country, country code, account country"
        ),
    ),
    field(
        "account.currency",
        "Currency",
        Kind.CURRENCY,
        "account currency, currency code, currency iso code, contract currency, deal currency",
    ),
    field(
        "account.owner",
        "Owner",
        Kind.PERSON,
        (
            "account owner, company owner, csm, customer success manager, csm owner, owner name, csm name, "
            "account owner name"
        ),
    ),
    field(
        "account.owner_email",
        "Owner email",
        Kind.EMAIL,
        "account owner email, csm email, company owner email",
    ),
    field(
        "account.account_executive",
        "Account executive",
        Kind.PERSON,
        "ae, ae name, sales rep, sales owner, account exec",
    ),
    field(
        "account.account_executive_email",
        "Account executive email",
        Kind.EMAIL,
        "ae email, sales owner email",
    ),
    field(
        "account.executive",
        "Executive",
        Kind.PERSON,
        "executive owner, our executive, internal executive, internal executive sponsor",
    ),
    field(
        "account.executive_email",
        "Executive email",
        Kind.EMAIL,
        "executive owner email, our executive email",
    ),
    field(
        "account.health_score",
        "Health score",
        Kind.SCORE_100,
        "health, customer health score, customer health, account health, account health score",
    ),
    field(
        "account.relationship_strength",
        "Relationship",
        Kind.SCORE_10,
        "relationship strength, relationship score, account relationship, relationship 0 10",
    ),
    field(
        "account.churn_risk",
        "Churn risk",
        Kind.SCORE_100,
        "churn risk score, churn score, risk score, churn probability",
    ),
    field(
        "account.competitive_pressure",
        "Competitive pressure",
        Kind.PRESSURE,
        "competition, competitor pressure, competitive threat",
    ),
    field(
        "account.budget_pressure",
        "Budget pressure",
        Kind.PRESSURE,
        "budget sensitivity, price sensitivity",
    ),
    field(
        "account.notes",
        "Notes",
        Kind.LONG_TEXT,
        "account notes, account description, company notes, customer notes, about us",
        limit=10_000,
    ),
    field(
        "account.programme_start_date",
        "Programme start date",
        Kind.DATE,
        "program start date, programme start, program start, journey start date, onboarding start date",
    ),
)

_CONTRACT = (
    field(
        "contract.current_price",
        "Contract value",
        Kind.AMOUNT,
        (
            "annual contract value, acv, arr, annual recurring revenue, current price, amount, current arr, "
            "contract amount, annual value, current annual price, current contract value, deal amount, "
            "subscription value"
        ),
    ),
    field(
        "contract.monthly_price",
        "Monthly recurring revenue",
        Kind.AMOUNT,
        "mrr, monthly value, current mrr",
    ),
    field(
        "contract.target_price",
        "Target price",
        Kind.AMOUNT,
        ("target renewal price, renewal price, renewal amount, proposed price, target arr, renewal target price"),
    ),
    field(
        "contract.plan",
        "Plan",
        Kind.TEXT,
        "tier, plan name, current tier, current plan, subscription plan, product tier, edition",
        limit=120,
    ),
    field(
        "contract.start_date",
        "Contract start date",
        Kind.DATE,
        "contract start, subscription start date, term start date, start date",
    ),
    field(
        "contract.renewal_date",
        "Renewal date",
        Kind.DATE,
        (
            "contract renewal date, next renewal date, renewal, contract end date, contract end, subscription end "
            "date, term end date, expiration date, contract expiration date, expiry date, end date"
        ),
    ),
    field(
        "contract.notice_days",
        "Notice days",
        Kind.DAYS,
        (
            "notice period, notice period days, contract notice days, cancellation notice days, notice, owner "
            "expiration notice, renewal notice days"
        ),
    ),
)

_PERSON = (
    field(
        "person.name",
        "Contact name",
        Kind.NAME,
        "full name, stakeholder, stakeholder name, contact, person, person name, contact full name",
        limit=150,
    ),
    field(
        "person.first_name",
        "First name",
        Kind.TEXT,
        "firstname, given name, contact first name",
        limit=80,
    ),
    field(
        "person.last_name",
        "Last name",
        Kind.TEXT,
        "lastname, surname, family name, contact last name",
        limit=80,
    ),
    field(
        "person.email",
        "Email",
        Kind.EMAIL,
        "email address, e mail, contact email, stakeholder email, work email, contact email address",
    ),
    field(
        "person.title",
        "Job title",
        Kind.TEXT,
        "title, contact title, stakeholder title, position",
    ),
    field(
        "person.roles",
        "Role",
        Kind.ROLES,
        ("buying role, contact role, roles, stakeholder role, contact roles, account contact role, persona role"),
    ),
    field(
        "person.primary",
        "Primary contact",
        Kind.YES_NO,
        "is primary, primary, is primary contact, main contact",
    ),
    field(
        "person.relationship_strength",
        "Contact relationship",
        Kind.SCORE_10,
        "contact relationship strength, stakeholder relationship",
    ),
    field(
        "person.timezone",
        "Contact time zone",
        Kind.TIMEZONE,
        "contact timezone, stakeholder timezone",
    ),
    field(
        "person.language",
        "Language",
        Kind.TEXT,
        "preferred language, contact language",
        limit=8,
    ),
    field(
        "person.history",
        "Contact notes",
        Kind.LONG_TEXT,
        "stakeholder notes, contact description, history",
        limit=10_000,
    ),
    field(
        "person.left",
        "Has left",
        Kind.YES_NO,
        "left, no longer at company, no longer with company, inactive contact",
    ),
)

_SIGNS = (
    field(
        "usage.metric",
        "Usage metric",
        Kind.TEXT,
        "metric, metric name, usage type, feature",
        limit=80,
    ),
    field(
        "usage.value",
        "Usage value",
        Kind.NUMBER,
        "usage, used, quantity used, value",
    ),
    field(
        "usage.limit",
        "Usage limit",
        Kind.NUMBER,
        "limit, plan limit, entitlement, licensed, quantity licensed",
    ),
    field(
        "usage.at",
        "Usage date",
        Kind.MOMENT,
        "usage at, measured at, measured on, as of, at, date",
    ),
    field(
        "health.at",
        "Health date",
        Kind.MOMENT,
        "health score date, health at, health measured on",
    ),
    field(
        "account.wins",
        "Wins",
        Kind.LIST,
        "successes, achievements, value delivered, key wins",
        limit=300,
    ),
    field(
        "win.text",
        "Win",
        Kind.TEXT,
        "success, achievement, outcome achieved",
        limit=300,
    ),
    field(
        "win.value",
        "Win value",
        Kind.AMOUNT,
        "annual win value, win annual value, savings",
    ),
    field(
        "win.achieved_on",
        "Win date",
        Kind.DATE,
        "achieved on, win achieved on",
    ),
)

# A person in columns of their own, beside the account's: "Champion Name", "Economic Buyer Email".
SLOTS = {
    "champion": "Champion",
    "decision_maker": "Decision maker",
    "economic_buyer": "Economic buyer",
    "executive_sponsor": "Executive sponsor",
    "user": "User",
    "primary_contact": "Primary contact",
}
_SLOT_ATTRIBUTES = (("name", Kind.NAME, 150), ("email", Kind.EMAIL, 200), ("title", Kind.TEXT, 200))


def _wide() -> Iterable[Field]:
    for slot, title in SLOTS.items():
        for attribute, kind, limit in _SLOT_ATTRIBUTES:
            extra = {"name": f"{title.lower()} full name", "title": f"{title.lower()} job title"}.get(attribute, "")
            # "Champion" alone holds the name; "Primary contact" and "User" alone may hold anything.
            bare = title.lower() if attribute == "name" and slot not in ("user", "primary_contact") else ""
            names = f"{extra}, {bare}, {title.lower()} {attribute} address"
            yield field(f"person.{slot}.{attribute}", f"{title} {attribute}", kind, names, slot=slot, limit=limit)


FIELDS: tuple[Field, ...] = (*_ACCOUNT, *_CONTRACT, *_PERSON, *_SIGNS, *_wide())
