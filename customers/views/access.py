"""The door: sign in, sign out, ask for a new password and choose it."""

from __future__ import annotations

from typing import Any

from axes.utils import reset as forget_attempts
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from customers.forms.access import ForgottenForm, NewPasswordForm, SignInForm
from customers.services.password_resets import reset_tokens
from customers.services.second_factors import find_factor
from customers.services.single_sign_on import is_offered
from customers.tasks import ring_for_reset_link
from customers.views.second_factor import ask_second_step


class SignIn(auth_views.LoginView):
    """Counting wrong passwords and locking is django-axes' part; `next` leads to our own pages only."""

    form_class = SignInForm
    template_name = "customers/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sso = settings.OIDC_NAME if is_offered() else ""
        return super().get_context_data(sso=sso, to=self.get_redirect_url(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Who signs in in two steps is asked for the code first."""
        person, to = form.get_user(), self.get_success_url()
        if find_factor(person) is not None:
            return ask_second_step(self.request, person, backend=person.backend, to=to)
        return super().form_valid(form)


class SignOut(auth_views.LogoutView):
    """Ends the session; by POST, so that no link or picture can do it."""


@method_decorator(never_cache, name="dispatch")
class Forgotten(FormView):
    """Answers the same, and as fast, whether or not somebody has the address."""

    form_class = ForgottenForm
    template_name = "customers/password_forgotten.html"
    success_url = reverse_lazy("customers:password_sent")

    def form_valid(self, form: Form) -> HttpResponse:
        ring_for_reset_link.delay(form.cleaned_data["email"])
        return super().form_valid(form)


class ResetSent(TemplateView):
    template_name = "customers/password_sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_kept=settings.STAFF_MAIL_IS_KEPT, **kwargs)


class ChooseNewPassword(auth_views.PasswordResetConfirmView):
    """Works once: the token moves from the link into the session, so that it stays in no log and no referrer."""

    form_class = NewPasswordForm
    token_generator = reset_tokens
    template_name = "customers/password_choose.html"
    success_url = reverse_lazy("customers:sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        forget_attempts(username=form.user.username)
        messages.success(self.request, "Saved. Sign in with your new password.")
        return response
