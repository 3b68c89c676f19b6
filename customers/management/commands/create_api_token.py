"""manage.py create_api_token USERNAME [--scopes read,write]: makes a token and prints it alone on the last line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from customers.enums import Scope
from customers.models import User
from customers.services.tokens import DEFAULT_LIFETIME, create_token

DEFAULT_SCOPES = (Scope.READ, Scope.WRITE, Scope.APPROVE)


class Command(BaseCommand):
    help = "Make an API token for a person. The token is the last line of the output and is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="The person's user name or e-mail address.")
        parser.add_argument(
            "--scopes",
            nargs="+",
            default=list(DEFAULT_SCOPES),
            metavar="SCOPE",
            help=f"Of {', '.join(Scope.values)}; with spaces or commas. Default: {', '.join(DEFAULT_SCOPES)}.",
        )
        parser.add_argument("--name", default="Command line", help="What the token is called on the tokens page.")
        parser.add_argument("--days", type=int, default=DEFAULT_LIFETIME.days, help="How long it lives.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _find_user(options["username"])
        scopes = [scope for word in options["scopes"] for scope in word.replace(",", " ").split()]
        now = timezone.now()
        try:
            token, key = create_token(
                user,
                name=options["name"],
                scopes=scopes,
                expires_at=now + timedelta(days=options["days"]),
                now=now,
                by=None,
            )
        except (ValidationError, OverflowError) as error:
            raise CommandError(" ".join(getattr(error, "messages", ["That is too many days."]))) from None
        self.stderr.write(
            f"{user.display_name}: {', '.join(token.scopes)}, until {token.expires_at:%d %b %Y}. "
            "This is shown once; keep it safe."
        )
        self.stdout.write(key)


def _find_user(name: str) -> User:
    user = User.objects.filter(Q(username=name) | Q(email__iexact=name)).first()
    if user is None:
        raise CommandError(f"There is no person {name!r}.")
    if not user.is_active:
        raise CommandError(f"{name} cannot sign in.")
    return user
