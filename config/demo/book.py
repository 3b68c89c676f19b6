"""The demo's data as the CSV files of an ordinary import, with dates counted from today."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from config.demo.colleagues import address_of
from customers.queries.calendars import local_date
from customers.services.importing.reading import Upload

DATA = Path(__file__).parent / "data"
EXTERNAL_PREFIX = "demo-"
MONTHS_OF_HISTORY = 8
TERM = timedelta(days=365)
EXECUTIVE = "grace"
# A real curve is no ruler: how far each month strays from the straight line, in percent.
_WOBBLE = (0, -2, 1, 2, -1, 1, -2, 0)

NOT_LEARNED_YET = {"programme_start": "", "notes": ""}
"""What a book of back then did not say."""

Row = Mapping[str, str]


def read_data(name: str) -> list[dict[str, str]]:
    """This will give the rows of one file of the demo's data."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def build_files(now: datetime) -> list[Upload]:
    """This will give the files of the demo's import as of this moment."""
    accounts = read_data("accounts")
    return [
        _file("demo-accounts.csv", [_account(row, local_date(now, row["timezone"])) for row in accounts]),
        _file("demo-people.csv", _people(read_data("people"))),
        _file("demo-usage.csv", _usage(read_data("usage"), now.date())),
        _file("demo-health.csv", _health(accounts, now.date())),
        _file("demo-wins.csv", [_win(row, now.date()) for row in read_data("wins")]),
    ]


def build_history(now: datetime, *, began: timedelta) -> list[Upload]:
    """This will give the accounts that have a past as they were imported then, with their people."""
    past = {row["account"]: row for row in read_data("history")}
    rows = [{**row, **_of_then(row, past[row["key"]], began)} for row in read_data("accounts") if row["key"] in past]
    accounts = [_account(row, local_date(now - began, row["timezone"])) for row in rows]
    people = _people([row for row in read_data("people") if row["account"] in past])
    return [_file("demo-accounts-then.csv", accounts), _file("demo-people-then.csv", people)]


def _of_then(row: Row, past: Row, began: timedelta) -> dict[str, str]:
    """The contract before this one; what was learned of the account since is left out."""
    days = int(row["renews_in"]) + (began - TERM).days
    return {"renews_in": str(days), "price": past["before"], "target": past["asked"], **NOT_LEARNED_YET}


def external_id(key: str) -> str:
    return f"{EXTERNAL_PREFIX}{key}"


def _account(row: Row, today: date) -> dict[str, str]:
    renewal = today + timedelta(days=int(row["renews_in"]))
    programme = row["programme_start"]
    return {
        "Account ID": external_id(row["key"]),
        "Account Name": row["name"],
        "Owner Email": address_of(row["owner"]),
        "Account Executive Email": address_of(row["ae"]) if row["ae"] else "",
        "Executive Email": address_of(EXECUTIVE) if row["segment"] == "Enterprise" else "",
        "Country": row["country"],
        "Time Zone": row["timezone"],
        "Currency": row["currency"],
        "Segment": row["segment"],
        "Plan": row["plan"],
        "Contract Value": row["price"],
        "Target Price": row["target"],
        "Contract Start Date": (renewal - TERM).isoformat(),
        "Renewal Date": renewal.isoformat(),
        "Notice Days": row["notice_days"],
        "Relationship": row["relationship"],
        "Churn Risk": row["churn_risk"],
        "Competitive Pressure": row["competition"],
        "Budget Pressure": row["budget"],
        "Confidence": row["confidence"],
        "Stakeholder Sequence": row["sequence"],
        "Engagement Approach": row["approach"],
        "Value Leverage": row["leverage"],
        "Stickiness": row["stickiness"],
        "Quantified Value": row["value"],
        "Peer Price Percent": row["peers"],
        "Programme Start Date": (today + timedelta(days=int(programme))).isoformat() if programme else "",
        "Notes": row["notes"],
    }


def _people(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The first person of an account is its primary contact."""
    seen: set[str] = set()
    people = []
    for row in rows:
        people.append(
            {
                "Account ID": external_id(row["account"]),
                "Contact Name": row["name"],
                "Email": _email(row["name"], row["account"]),
                "Job Title": row["title"],
                "Role": row["role"],
                "Primary Contact": "no" if row["account"] in seen else "yes",
                "Contact Notes": row["history"],
            }
        )
        seen.add(row["account"])
    return people


def _usage(rows: Sequence[Row], today: date) -> list[dict[str, str]]:
    return [
        {
            "Account ID": external_id(row["account"]),
            "Usage Metric": row["metric"],
            "Usage Value": str(min(value, int(row["limit"]))),
            "Usage Limit": row["limit"],
            "Usage Date": month.isoformat(),
        }
        for row in rows
        for month, value in _curve(int(row["from"]), int(row["to"]), today)
    ]


def _health(rows: Sequence[Row], today: date) -> list[dict[str, str]]:
    points = []
    for row in rows:
        first, _, last = row["health"].partition(">")
        for month, score in _curve(int(first), int(last), today):
            point = {"Health Score": str(min(score, 100)), "Health Date": month.isoformat()}
            points.append({"Account ID": external_id(row["key"]), **point})
    return points


def _win(row: Row, today: date) -> dict[str, str]:
    return {
        "Account ID": external_id(row["account"]),
        "Win": row["win"],
        "Win Value": row["value"],
        "Win Date": (today - timedelta(days=int(row["days_ago"]))).isoformat(),
    }


def _curve(first: int, last: int, today: date) -> Iterable[tuple[date, int]]:
    """One value for the first of each month up to this one, from the first value to the last."""
    steps = MONTHS_OF_HISTORY - 1
    for step in range(MONTHS_OF_HISTORY):
        straight = first + (last - first) * step / steps
        yield _first_of_month(today, back=steps - step), round(straight * (100 + _WOBBLE[step]) / 100)


def _first_of_month(today: date, *, back: int) -> date:
    months = today.year * 12 + today.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def _email(name: str, account: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("æ", "ae").replace("ł", "l"))
    words = re.findall(r"[a-z]+", plain.encode("ascii", "ignore").decode().lower().replace("dr.", ""))
    return f"{'.'.join(words)}@{account}.example"


def _file(name: str, rows: Sequence[Mapping[str, str]]) -> Upload:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return Upload(name, out.getvalue().encode())
