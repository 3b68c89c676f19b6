"""The file of a client's answers: a table of two columns, or a text in which each question ends with its mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from journeys.rules.onboarding import MOST_ANSWERS
from journeys.rules.plan_files import UnfitFile, read_plain, read_plan_file

TAKEN = "A table (.csv: question, answer), a text (.txt, .md) or a Word file (.docx)"
HEADS = frozenset({("question", "answer"), ("questions", "answers")})
DELIMITERS = ",;\t"


def read_answer_file(name: str, content: bytes) -> list[dict[str, str]]:
    """Read questions and answers, in their order. Raises UnfitFile."""
    ending = name.rpartition(".")[2].lower()
    if ending == "csv":
        rows = _read_table(read_plain(name, content))
    elif ending == "pdf":
        raise UnfitFile(f"{TAKEN} is taken; answers are not read out of a PDF.")
    else:
        rows = _read_text(read_plan_file(name, content).text)
    if not rows:
        raise UnfitFile("No question was found. Each one stands in the first column, or on a line that ends with “?”.")
    if len(rows) > MOST_ANSWERS:
        raise UnfitFile(f"At most {MOST_ANSWERS} questions; this file has {len(rows)}.")
    return rows


def put_answers(asked: Iterable[dict[str, str]], read: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Put what was read where the same was asked, and the rest behind it; an empty answer takes none away."""
    rows = [dict(row) for row in asked]
    places = {_plain(row["question"]): row for row in rows}
    for one in read:
        row = places.get(_plain(one["question"]))
        if row is None:
            rows.append(dict(one))
        elif one["answer"]:
            row["answer"] = one["answer"]
    return rows


def _read_table(text: str) -> list[dict[str, str]]:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        ]
    except csv.Error as error:
        raise UnfitFile(f"The table cannot be read: {error}.") from None
    rows = [row for row in rows if any(row)]
    if rows and tuple(cell.lower() for cell in rows[0][:2]) in HEADS:
        rows = rows[1:]
    return [{"question": row[0], "answer": row[1] if len(row) > 1 else ""} for row in rows if row[0]]


def _read_text(text: str) -> list[dict[str, str]]:
    """What stands before the first question is no answer."""
    rows: list[dict[str, str]] = []
    for line in text.splitlines():
        said = line.strip().lstrip("#").strip()
        if said.endswith("?"):
            rows.append({"question": said.lstrip("0123456789.) "), "answer": ""})
        elif rows:
            rows[-1]["answer"] += f"{line.rstrip()}\n"
    return [{"question": row["question"], "answer": row["answer"].strip()} for row in rows if row["question"]]


def _plain(question: str) -> str:
    return " ".join(question.lower().split())
