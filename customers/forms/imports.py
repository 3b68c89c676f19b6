"""Forms of the import: the files, and how their columns are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from customers.registry.imports import list_import_fields
from customers.rules.book.fields import Part
from customers.rules.book.places import CURRENCIES
from customers.rules.book.tables import MAX_FILE_BYTES
from customers.services.importing.reading import Options, Upload

_GROUPS = {
    Part.ACCOUNT: "Account",
    Part.CONTRACT: "Contract",
    Part.PERSON: "Person",
    Part.USAGE: "Usage",
    Part.HEALTH: "Health over time",
    Part.WIN: "Win",
    Part.EXTRA: "Prepare's outputs",
}


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; each is checked by itself."""

    widget = FilesInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    """The files of one import."""

    book = FilesField(
        label="CSV files",
        help_text="One or more exports: accounts, and people, usage or wins that name their account by id or name.",
    )

    def clean_book(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["book"]
        if sum(file.size or 0 for file in files) > MAX_FILE_BYTES:
            raise forms.ValidationError(f"Together at most {MAX_FILE_BYTES // 1024 // 1024} MB; split the files.")
        return files

    def uploads(self) -> list[Upload]:
        return [Upload(file.name or "book.csv", file.read()) for file in self.cleaned_data["book"]]


class ReadingForm(forms.Form):
    """What the files leave open, and which column is which; made from the report of a dry run."""

    date_order = forms.ChoiceField(
        label="Dates like 03/04/2026",
        required=False,
        choices=[("", "As the column proves"), ("dmy", "Day first: 3 April"), ("mdy", "Month first: March 4")],
    )
    decimal = forms.ChoiceField(
        label="Amounts like 1.234",
        required=False,
        choices=[
            ("", "As the column proves"),
            ("point", "Point is decimal: 1.2"),
            ("comma", "Comma is decimal: 1,234"),
        ],
    )
    currency = forms.ChoiceField(label="Amounts without a currency", required=False)

    def __init__(self, *args: Any, report: Mapping[str, Any], options: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.described: list[Mapping[str, Any]] = list(report.get("files", ()))
        currency: Any = self.fields["currency"]
        currency.choices = [("", "The account's own, else USD"), *((code, code) for code in sorted(CURRENCIES))]
        for name in ("date_order", "decimal", "currency"):
            self.fields[name].initial = getattr(options, name)
        choices = _field_choices()
        for number, column in self._columns():
            name = _name(number, column)
            field = forms.ChoiceField(label=column["header"], required=False, choices=choices, initial=column["key"])
            self.fields[name] = field

    def tables(self) -> list[dict[str, Any]]:
        """This will give each file with its columns and their selects, for the page."""
        return [
            {
                "file": file,
                "columns": [{"column": column, "field": self[_name(number, column)]} for column in file["columns"]],
            }
            for number, file in enumerate(self.described)
        ]

    def options(self) -> Options:
        """This will give the choices that were made; what stays as recognised is not kept as a choice."""
        columns: dict[str, dict[str, str]] = {}
        for number, column in self._columns():
            key = self.cleaned_data[_name(number, column)]
            if key != column["key"] or column["chosen"]:
                columns.setdefault(self.described[number]["name"], {})[f"#{column['index']}"] = key
        data = self.cleaned_data
        return Options(columns, data["date_order"], data["decimal"], data["currency"])

    def clean(self) -> None:
        """Refuse one field for two columns of a file, beside the second."""
        for number, file in enumerate(self.described):
            taken: dict[str, str] = {}
            for column in file["columns"]:
                key = self.cleaned_data.get(_name(number, column), "")
                if key and key in taken:
                    self.add_error(_name(number, column), f"“{taken[key]}” is read for this already.")
                taken.setdefault(key, column["header"])

    def _columns(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(number, column) for number, file in enumerate(self.described) for column in file["columns"]]


def _name(number: int, column: Mapping[str, Any]) -> str:
    return f"c{number}-{column['index']}"


def _field_choices() -> list[Any]:
    groups: dict[Part, list[tuple[str, str]]] = {part: [] for part in _GROUPS}
    for known in list_import_fields():
        groups[known.part].append((known.key, known.label))
    return [("", "Leave out"), *((_GROUPS[part], choices) for part, choices in groups.items() if choices)]
