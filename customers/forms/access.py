"""Forms at the door: sign in, ask for a new password, choose one, join."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm, UsernameField
from django.utils import timezone

from customers.form_base import TimezoneField
from customers.models import User
from customers.services.invitations import Newcomer
from customers.services.users import set_password

PASSWORD_HELP = (
    f"At least {settings.PASSWORD_MIN_LENGTH} characters, not only digits, nothing common and nothing of your name."
)


def new_password_widget(**attrs: Any) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": "new-password", **attrs})


class SignInForm(AuthenticationForm):
    """The username or the e-mail address, and the password. Every refusal reads the same."""

    username = UsernameField(
        label="E-mail or username", widget=forms.TextInput(attrs={"autofocus": True, "autocapitalize": "none"})
    )
    error_messages = {
        "invalid_login": "This name and password do not go together. Passwords tell capitals apart.",
        "inactive": "This name and password do not go together. Passwords tell capitals apart.",
    }

    def clean_username(self) -> str:
        """Turn an address into the username, so that both count as one name when attempts are counted."""
        typed: str = self.cleaned_data["username"].strip()
        if "@" not in typed:
            return typed
        return User.objects.filter(email__iexact=typed).values_list("username", flat=True).first() or typed


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )


class NewPasswordForm(SetPasswordForm):
    """Choose a password after a reset link."""

    how = "reset"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = "The same again"
        self.fields["new_password2"].help_text = ""

    def save(self, commit: bool = True) -> User:
        set_password(self.user, self.cleaned_data["new_password1"], now=timezone.now(), how=self.how)
        return self.user


class ChangePasswordForm(NewPasswordForm, PasswordChangeForm):
    """Choose another password, knowing the old one."""

    how = "changed"


class JoinForm(forms.Form):
    """What an invited person says of themselves. Address, role and team stand in the invitation."""

    first_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    password = forms.CharField(widget=new_password_widget(), strip=False, max_length=1024)
    password_again = forms.CharField(label="The same again", widget=new_password_widget(), strip=False, max_length=1024)
    timezone = TimezoneField(label="Time zone", initial="UTC", help_text="Times are shown to you in it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = PASSWORD_HELP

    def clean_password_again(self) -> str:
        again: str = self.cleaned_data["password_again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError("The two passwords differ.")
        return again

    def newcomer(self) -> Newcomer:
        data = self.cleaned_data
        return Newcomer(data["first_name"], data["last_name"], data["password"], data["timezone"])


class CodeForm(forms.Form):
    """The code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Six digits of your app, or one of your recovery codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}),
    )


class TurnOffForm(forms.Form):
    """Whoever finds a session open must not be able to take the second step away."""

    password = forms.CharField(
        label="Your password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        if not self.person.check_password(typed):
            raise forms.ValidationError("This is not your password.")
        return typed
