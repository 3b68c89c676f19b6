"""The name to sign in with, made from an address."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import count

LONGEST = 60
FALLBACK = "person"


def choose_username(email: str, *, taken: Container[str]) -> str:
    """This will give the part before the @ in small letters, with a number where it is taken: dana, dana2, dana3.

    taken: names in small letters. Never holds an @, so that a name can not look like another person's address.
    """
    stem = re.sub(r"[^a-z0-9._-]+", "-", email.split("@")[0].lower()).strip("-.")[:LONGEST] or FALLBACK
    return next(name for name in _candidates(stem) if name not in taken)


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}{number}" for number in count(2))
