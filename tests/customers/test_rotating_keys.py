"""A field key is changed: the new one in front, everything sealed anew, the old one taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from customers.models import Activity, WorkspaceKey
from customers.services.digests import digest_address, workspace_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key_is_read_again() -> Iterator[None]:
    workspace_key.cache_clear()
    yield
    workspace_key.cache_clear()


def take(settings: Any, *keys: str) -> None:
    """Start again with these keys."""
    settings.FIELD_KEYS = list(keys)
    workspace_key.cache_clear()


def test_old_key_can_go_after_rotating(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    before = digest_address("ann@acme.example")

    take(settings, new, old)
    call_command("rotate_keys")
    take(settings, new)

    assert digest_address("ann@acme.example") == before
    assert capsys.readouterr().out.startswith("1 sealed anew, 0 sealed")
    assert Activity.objects.filter(verb="keys.rotated").count() == 1


def test_rotating_again_changes_nothing(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    digest_address("ann@acme.example")
    sealed = WorkspaceKey.objects.get().sealed

    call_command("rotate_keys")

    assert WorkspaceKey.objects.get().sealed == sealed
    assert capsys.readouterr().out.startswith("0 sealed anew, 1 sealed")
    assert not Activity.objects.filter(verb="keys.rotated").exists()


@pytest.mark.parametrize(
    ("keys", "said"),
    [([Fernet.generate_key().decode()], "None of FIELD_KEYS opens"), ([], "not set"), (["no key"], "Fernet key")],
)
def test_key_that_does_not_fit_ends_with_an_error_and_changes_nothing(
    settings: Any, keys: list[str], said: str
) -> None:
    digest_address("ann@acme.example")
    sealed = WorkspaceKey.objects.get().sealed
    take(settings, *keys)

    with pytest.raises(CommandError, match=said):
        call_command("rotate_keys")

    assert WorkspaceKey.objects.get().sealed == sealed
