"""Forms of a deliverable; services check again."""

from __future__ import annotations

from django import forms

from journeys.rules.documents import MOST_TITLE


class DocumentForm(forms.Form):
    """Title and text as they are typed. The title is called subject, as in every editor of the desk."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(required=False, strip=False)
    body = forms.CharField(required=False, strip=False)

    def clean_subject(self) -> str:
        """The field wraps; a line break typed or pasted into it without script becomes a space."""
        return " ".join(self.cleaned_data["subject"].splitlines())

    def changes(self) -> dict[str, str]:
        names = {"subject": "title", "body": "body"}
        return {to: self.cleaned_data[name] for name, to in names.items() if name in self.data}


class RejectForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="What is to be revised", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RewriteForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    instruction = forms.CharField(
        label="What should be different",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In your own words, such as “shorter, and more about hotels”. May stay empty.",
    )
    built_in = forms.BooleanField(
        label="By the built-in writer, at once",
        required=False,
        help_text="It sorts what is on record and cannot follow an instruction.",
    )


class ByHandForm(forms.Form):
    title = forms.CharField(label="Title", required=False, widget=forms.TextInput(attrs={"maxlength": MOST_TITLE}))
    body = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20}),
        help_text="“## ” heads a section, “- ” begins a point, an empty line parts paragraphs.",
    )
