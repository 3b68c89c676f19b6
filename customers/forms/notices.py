"""How a person wants to be told: a box per kind and channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from customers.enums import DigestEvery, NoticeChannel, NoticeKind
from customers.rules.notices import ALWAYS, channels_of


@dataclass(frozen=True)
class Box:
    """One kind by one channel."""

    name: str
    label: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True)
class Line:
    """One kind with its boxes, in the order of the channels."""

    label: str
    boxes: tuple[Box, ...]
    is_fixed: bool


class NoticesForm(forms.Form):
    """The boxes are read by their names; what is fixed counts as ticked."""

    digest_every = forms.ChoiceField(
        choices=DigestEvery.choices, label="The digest comes", help_text="At 08:00 in your time zone."
    )

    def __init__(self, *args: Any, choices: Mapping[str, Collection[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices = self.chosen() if self.is_bound else choices

    def chosen(self) -> dict[str, list[str]]:
        """This will give the channels that are ticked, for every kind."""
        return {kind.value: [one.value for one in NoticeChannel if f"{kind}-{one}" in self.data] for kind in NoticeKind}

    @property
    def lines(self) -> list[Line]:
        return [_line(kind, self._choices) for kind in NoticeKind]

    @property
    def channels(self) -> list[str]:
        return [str(one.label) for one in NoticeChannel]


def _line(kind: NoticeKind, choices: Mapping[str, Collection[str]]) -> Line:
    on, fixed = channels_of(kind, choices), ALWAYS.get(kind, frozenset())
    boxes = (Box(f"{kind}-{one}", _label(kind, one), one in on, one in fixed) for one in NoticeChannel)
    return Line(str(kind.label), tuple(boxes), is_fixed=bool(fixed))


def _label(kind: NoticeKind, channel: NoticeChannel) -> str:
    return "Email at once" if channel == NoticeChannel.DIGEST and kind in ALWAYS else str(channel.label)
