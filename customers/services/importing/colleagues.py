"""Owners, account executives and executives of a file: found among our people, or made as people to invite."""

from __future__ import annotations

import re
from collections import defaultdict

from customers.enums import Role
from customers.models import User
from customers.rules.book.contacts import PersonRef


class NoColleague(Exception):
    """A person who is not found and may not be made; the message is the reason beside the cell."""


class Colleagues:
    """Our people by address and by name, with those that this import would make."""

    def __init__(self, *, importer: User) -> None:
        self.importer = importer
        self.new: list[User] = []
        self._by_email: dict[str, User] = {}
        self._by_name: dict[str, list[User]] = defaultdict(list)
        self._usernames: set[str] = set()
        for user in User.objects.all():
            self._add(user)

    def find(self, ref: PersonRef, *, title: str) -> User:
        """This will find the person, or make one not invited yet where the importer may. Raises NoColleague."""
        found = self._known(ref)
        if found is not None and found.is_integration:
            raise NoColleague(f"{found.display_name} is an integration; name a person")
        if found is not None:
            return found
        if not self.importer.is_leader:
            raise NoColleague(
                f"nobody here is called “{ref.name or ref.email}”; a lead or ops can import new colleagues"
            )
        return self._make(ref, title)

    def _known(self, ref: PersonRef) -> User | None:
        if ref.email and ref.email in self._by_email:
            return self._by_email[ref.email]
        named = self._by_name.get(_fold(ref.name), []) if ref.name else []
        if len(named) > 1:
            raise NoColleague(f"{len(named)} people here are called “{ref.name}”; give the address")
        # A name with an address that nobody has is another person of the same name, unless theirs is not known.
        return named[0] if named and (not ref.email or not named[0].email) else None

    def _make(self, ref: PersonRef, title: str) -> User:
        first, _, last = ref.name.rpartition(" ")
        user = User(
            username=self._free_username(ref),
            email=ref.email,
            first_name=(first or last)[:150],
            last_name=(last if first else "")[:150],
            role=Role.CSM,
            # The importer's team, so that a lead sees the accounts that the import gives to them.
            team=self.importer.team,
            title=title,
            is_active=False,
        )
        user.set_unusable_password()
        self.new.append(user)
        self._add(user)
        return user

    def _free_username(self, ref: PersonRef) -> str:
        wish = ref.email or re.sub(r"[^\w]+", ".", ref.name.lower()).strip(".")
        wish = re.sub(r"[^\w.@+-]", "", wish)[:140] or "person"
        name, number = wish, 2
        while name.lower() in self._usernames:
            name, number = f"{wish}{number}", number + 1
        return name

    def _add(self, user: User) -> None:
        self._usernames.add(user.username.lower())
        if user.email:
            self._by_email[user.email.lower()] = user
        for name in {_fold(user.get_full_name()), _fold(user.username)} - {""}:
            self._by_name[name].append(user)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
