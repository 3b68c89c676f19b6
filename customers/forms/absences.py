"""The form of an absence."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.form_base import DateField
from customers.models import User


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who stands in. A CSM fills it in for themselves."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label="Who is away", empty_label=None)
    first_date = DateField(label="First day away")
    last_date = DateField(label="Last day away", help_text="In the zone of who is away.")
    delegate = forms.ModelChoiceField(queryset=User.objects.none(), label="Who stands in", empty_label="Choose…")

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = User.objects.visible_to(reader).persons().filter(is_active=True)
        people = active if reader.is_ops else active.filter(team=reader.team_id) if reader.team_id else active.none()
        may_set = people | active.filter(pk=reader.pk) if reader.is_leader else active.filter(pk=reader.pk)
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = may_set
        fields["person"].initial = reader.pk
        fields["delegate"].queryset = people
        for name in ("person", "delegate"):
            fields[name].label_from_instance = lambda one: one.display_name
