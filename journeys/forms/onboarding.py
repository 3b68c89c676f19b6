"""The form of the client's answers: one field per question, and one question more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from journeys.rules.answer_files import TAKEN, read_answer_file
from journeys.rules.onboarding import MOST_ANSWERS, MOST_QUESTION
from journeys.rules.plan_files import UnfitFile


class OnboardingForm(forms.Form):
    """version: the one that was read. The questions travel along, so that an answer keeps its own."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, answers: Sequence[Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = _sent(self.data) if self.is_bound else [row["question"] for row in answers]
        for place, question in enumerate(self.asked):
            initial = "" if self.is_bound else answers[place]["answer"]
            self.fields[f"answer_{place}"] = forms.CharField(
                label=question,
                required=False,
                strip=False,
                initial=initial,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["new_question"] = forms.CharField(
            label="One question more", required=False, widget=forms.TextInput(attrs={"maxlength": MOST_QUESTION})
        )
        self.fields["new_answer"] = forms.CharField(
            label="Its answer", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
        )

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Hidden fields: name and question."""
        return [(f"question_{place}", question) for place, question in enumerate(self.asked)]

    def answers(self) -> list[dict[str, str]]:
        """What was typed, in order; the further question last where it says anything."""
        data = self.cleaned_data
        rows = [{"question": question, "answer": data[f"answer_{place}"]} for place, question in enumerate(self.asked)]
        if data["new_question"] or data["new_answer"].strip():
            rows.append({"question": data["new_question"], "answer": data["new_answer"]})
        return rows

    def field_of(self, place: str) -> str | None:
        """The field that a fault of the service stands beside: "answers.3.answer"."""
        _, _, rest = place.partition(".")
        number, _, part = rest.partition(".")
        if not number.isdecimal():
            return None
        if int(number) >= len(self.asked):
            return f"new_{part}"
        return f"answer_{number}"


class AnswerFileForm(forms.Form):
    """A file of answers, read into the form above it; nothing is kept before that is saved."""

    file = forms.FileField(
        label="Answers from a file",
        allow_empty_file=True,
        help_text=f"{TAKEN}, at most 5 MB. It fills in the form; look through it and save.",
    )

    def clean_file(self) -> list[dict[str, str]]:
        uploaded = self.cleaned_data["file"]
        try:
            return read_answer_file(uploaded.name, uploaded.read())
        except UnfitFile as error:
            raise forms.ValidationError(str(error)) from None


def _sent(data: Mapping[str, str]) -> list[str]:
    questions: list[str] = []
    while f"question_{len(questions)}" in data and len(questions) < MOST_ANSWERS:
        questions.append(data[f"question_{len(questions)}"][:MOST_QUESTION])
    return questions
