"""Controls drawn in Python are what Django's templates would have drawn."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from config.form_renderer import ControlRenderer

CHOICES = [("", "None"), ("<a>", "A & “B”"), ("Group", [("1", "One"), (2, SafeString("<b>Two</b>"))])]
NASTY = '<i title="x">it\'s & so</i>'
ATTRS: dict[str, Any] = {
    "id": "id_it",
    "class": "wide",
    "required": True,
    "disabled": False,
    "maxlength": 1200,
    "title": NASTY,
}


@pytest.mark.parametrize("attrs", [None, ATTRS], ids=["plain", "attributes"])
@pytest.mark.parametrize("value", [None, "", "1", 2, "<a>", NASTY, SafeString("<b>"), 1200.5, ["1", "<a>"]])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(),
        forms.NumberInput(),
        forms.PasswordInput(render_value=True),
        forms.HiddenInput(),
        forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        forms.TimeInput(),
        forms.CheckboxInput(),
        forms.FileInput(),
        forms.Textarea(attrs={"rows": 4}),
        forms.Select(choices=CHOICES),
        forms.SelectMultiple(choices=CHOICES),
        forms.RadioSelect(choices=CHOICES),
        forms.CheckboxSelectMultiple(attrs={"class": "list"}, choices=CHOICES),
        forms.ClearableFileInput(),
        forms.SplitDateTimeWidget(),
    ],
    ids=lambda widget: type(widget).__name__,
)
def test_control_is_drawn_as_by_the_templates(widget: forms.Widget, value: Any, attrs: dict[str, Any] | None) -> None:
    if isinstance(widget, forms.SplitDateTimeWidget) and not isinstance(value, list):
        value = None

    drawn = widget.render("it", value, attrs, ControlRenderer())

    assert _tight(drawn) == _tight(widget.render("it", value, attrs, DjangoTemplates()))


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_single_choices_of_a_list_are_drawn_as_by_the_templates(widget: type[forms.ChoiceWidget]) -> None:
    class Form(forms.Form):
        it = forms.ChoiceField(choices=CHOICES, widget=widget)

    ours, theirs = (list(Form(renderer=renderer())["it"]) for renderer in (ControlRenderer, DjangoTemplates))

    assert [_tight(str(one)) for one in ours] == [_tight(str(one)) for one in theirs]
    assert [_tight(one.tag(wrap_label=True)) for one in ours] == [_tight(one.tag(wrap_label=True)) for one in theirs]


def _tight(html: str) -> str:
    """Without the line breaks that template files leave between tags."""
    return re.sub(r"(?<=>)\s+|\s+(?=<)", "", html)
