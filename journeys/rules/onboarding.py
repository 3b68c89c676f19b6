"""What a client is asked when they come. A workspace may ask more; these are where it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MOST_ANSWERS = 40
MOST_QUESTION = 300
MOST_ANSWER = 5_000

QUESTIONS = (
    "What does the business do, and for whom?",
    "Which goals do you want to reach by the end of the programme?",
    "Who are your best customers today?",
    "What do you sell, and at what price?",
    "What makes you different from others?",
    "Which channels and social media profiles do you use?",
    "Who is in the team, and who does what?",
    "Which figures do you look at, and where do they stand?",
    "What has stopped you so far?",
    "How much time and money can go into this each month?",
)


def with_questions(answers: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """The answers there are, then every question of ours that nobody has answered."""
    rows = [{"question": row["question"], "answer": row["answer"]} for row in answers]
    asked = {row["question"] for row in rows}
    missing = [{"question": question, "answer": ""} for question in QUESTIONS if question not in asked]
    ours = {question: place for place, question in enumerate(QUESTIONS)}
    return sorted([*rows, *missing], key=lambda row: ours.get(row["question"], len(ours)))


def find_faults(answers: list[dict[str, Any]]) -> dict[str, str]:
    """What is wrong with the answers, by place ("answers.3.answer"); empty where nothing is."""
    faults: dict[str, str] = {}
    if len(answers) > MOST_ANSWERS:
        return {"answers": f"At most {MOST_ANSWERS} questions."}
    seen: set[str] = set()
    for place, row in enumerate(answers):
        question, answer = row["question"], row["answer"]
        if not question:
            faults[f"answers.{place}.question"] = "Say what was asked."
        elif len(question) > MOST_QUESTION:
            faults[f"answers.{place}.question"] = f"At most {MOST_QUESTION} characters."
        elif question in seen:
            faults[f"answers.{place}.question"] = "This is asked already."
        if len(answer) > MOST_ANSWER:
            faults[f"answers.{place}.answer"] = f"At most {MOST_ANSWER:,} characters; these are {len(answer):,}."
        seen.add(question)
    return faults
