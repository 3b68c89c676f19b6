"""Forms of the settings area: workspace, people, teams, invitations, tokens, the own profile."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from customers.enums import Role, Scope, Weekday
from customers.form_base import DateField, TimezoneField
from customers.models import Team, User, WorkspaceSettings
from customers.rules.invitations import invites_into_any_team, list_invitable_roles
from customers.services.tokens import DEFAULT_LIFETIME, LONGEST_LIFE
from customers.services.users import is_last_ops

STALE = "Somebody changed the settings meanwhile. What you typed is still here; open the page anew to see theirs."


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WorkspaceForm(forms.ModelForm):
    """The one row of settings; `version` is the one that the form was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    working_days = forms.TypedMultipleChoiceField(
        choices=Weekday.choices, coerce=int, widget=forms.CheckboxSelectMultiple, help_text="In the customer's zone."
    )

    class Meta:
        model = WorkspaceSettings
        fields = [
            "company_name",
            "programme_name",
            "sender_domain",
            "window_start",
            "window_end",
            "working_days",
            "contact_cap",
            "account_cap",
            "collision_days",
            "undo_seconds",
            "approval_days",
            "leaders_two_steps",
            "archive_months",
        ]
        labels = {
            "company_name": "Company",
            "programme_name": "Programme",
            "window_start": "Mails leave from",
            "window_end": "until",
            "contact_cap": "Mails to one contact",
            "account_cap": "Mails to one account",
            "collision_days": "Between mails of two parts",
            "undo_seconds": "Undo after Send",
            "approval_days": "An approval lives",
            "leaders_two_steps": "Leads and ops sign in in two steps",
            "archive_months": "Old rows go to the archive after",
        }
        help_texts = {
            "company_name": "As customers read it, in signatures and proposals.",
            "programme_name": "{{programName}} in mails.",
            "sender_domain": "Mails leave from addresses of this domain, such as example.com.",
            "window_start": "In the customer's zone; an account may have hours of its own.",
            "contact_cap": "At most so many in 7 days. Contract notices are never held back.",
            "account_cap": "At most so many in 7 days, all contacts together.",
            "collision_days": "Working days before another part writes to the same contact; 0: at once.",
            "undo_seconds": "Seconds; 0 sends at once.",
            "approval_days": "Days; then it must be given again.",
            "leaders_two_steps": "With an app's code beside the password. Who has none sets it up at the next sign-in.",
            "archive_months": "Whole months, 12 at least; 0: nothing is archived. Letters and the record always stay.",
        }
        widgets = {"window_start": _time_input(), "window_end": _time_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("version") != self.initial["version"]:
            raise forms.ValidationError(STALE)
        return super().clean()

    def changes(self) -> dict[str, Any]:
        """This will give the fields that differ from what the form was made from."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class PersonForm(forms.ModelForm):
    """What ops may change of a colleague; of an integration what it has."""

    timezone = TimezoneField(label="Time zone")

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "role", "team", "title", "phone", "timezone", "slack_id"]
        labels = {"email": "E-mail", "slack_id": "Slack member id"}
        help_texts = {
            "email": "A new address ends all sessions of the person.",
            "slack_id": "Such as U0123ABCD, from the profile at Slack: clicks there count as this person's.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "email"):
            self.fields[name].required = True
        team: Any = self.fields["team"]
        team.empty_label = "No team"
        if self.instance.is_integration:
            self._ask_of_integration()

    def _ask_of_integration(self) -> None:
        for name in set(self.fields) - {"first_name", "role", "team", "email"}:
            del self.fields[name]
        self.fields["first_name"].label = "Name"
        self.fields["team"].help_text = "Whose accounts it sees; without a team every account."
        self.fields["email"].required = False
        self.fields["email"].help_text = "Where it becomes a person: theirs. An integration has none."

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role != Role.OPS and not self.instance.is_superuser and is_last_ops(self.instance):
            raise forms.ValidationError("Somebody of ops must remain; make another person ops first.")
        return role


class ProfileForm(forms.ModelForm):
    """What a person may say of themselves."""

    timezone = TimezoneField(label="Time zone", help_text="Times are shown to you in it.")
    scheduling_url = forms.URLField(
        label="Where customers pick a time",
        required=False,
        assume_scheme="https",
        help_text="The address of your scheduling page, https; put under upsell introductions.",
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "title", "phone", "timezone", "scheduling_url", "signature"]
        widgets = {"signature": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = True


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name"]


class IntegrationForm(forms.Form):
    """A new account of another system."""

    name = forms.CharField(max_length=150, help_text="Which system it is, such as “CRM sync”; so it is on record.")
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, help_text="Whose accounts it sees; without a team every account."
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset, team.empty_label = Team.objects.visible_to(by), "Every account"


class InvitationForm(forms.Form):
    """Whom to invite, offering only the roles and teams that the inviter may give."""

    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField()
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), required=False, help_text="A lead and a reader see the accounts of their team."
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_role = Role.OPS if by.is_ops else by.role
        role: Any = self.fields["role"]
        role.choices = [(code.value, code.label) for code in list_invitable_roles(own_role)]
        team: Any = self.fields["team"]
        team.queryset, team.empty_label = Team.objects.visible_to(by), "No team"
        if not invites_into_any_team(own_role):
            team.queryset = team.queryset.filter(pk=by.team_id)
            team.required, team.empty_label, team.initial = True, None, by.team_id


class TokenForm(forms.Form):
    """A new API token. by: whom it speaks for, oneself or an integration."""

    name = forms.CharField(max_length=120, help_text="What will use it, such as “CRM sync”.")
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    expires_on = DateField(label="Works until", help_text="A year at most.")

    EXPLAINED = {
        Scope.READ: "Read: see what you see",
        Scope.WRITE: "Write: change what you may change, your profile at least",
        Scope.APPROVE: "Approve: what it sends counts as your approval",
        Scope.ADMIN: "Admin: settings and automations",
    }

    OF_INTEGRATION = {Scope.READ: "Read: see the accounts it may see", Scope.WRITE: "Write: change them"}

    def __init__(self, *args: Any, by: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        scopes: Any = self.fields["scopes"]
        explained = self.OF_INTEGRATION if by.is_integration else self.EXPLAINED
        scopes.choices = [(code.value, words) for code, words in explained.items() if _may_have(by, code)]
        scopes.initial = [Scope.READ]
        self.fields["expires_on"].initial = today + DEFAULT_LIFETIME

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if day < self.today:
            raise forms.ValidationError("Choose a day that is not over yet.")
        if day > self.today + LONGEST_LIFE:
            raise forms.ValidationError("Choose a day within a year.")
        return day

    def expires_at(self) -> datetime:
        """This will give the end of the chosen day in the reader's zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["expires_on"] + timedelta(days=1), time()))


def _may_have(person: User, scope: Scope) -> bool:
    if scope == Scope.ADMIN:
        return person.is_ops
    return person.is_writer or scope in (Scope.READ, Scope.WRITE)
