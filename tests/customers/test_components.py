"""Components are drawn once for the same values, and never mistaken for one that looks different."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django import forms
from django.template import engines
from django.utils.safestring import SafeString

from customers.enums import Role
from customers.templatetags import components
from customers.templatetags.components import NotPlain, freeze

BADGE = '{% include "components/badge.html" with label=label kind=kind only %}'


@dataclass(frozen=True)
class Item:
    label: str
    number: int


@dataclass
class Open:
    label: str


def draw(template: str, **values: object) -> str:
    return str(engines["django"].from_string(template).render(values)).strip()


def test_component_of_the_same_values_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "_kept", kept := {})

    first, again = draw(BADGE, label="Due", kind="warn"), draw(BADGE, label="Due", kind="warn")

    assert first == again == '<span class="badge badge-warn">Due</span>'
    assert len(kept) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_safe_text_is_not_mistaken_for_the_same_text_unsafe(order: int) -> None:
    shown = {kind: draw(BADGE, label=kind("<b>x</b>")) for kind in (str, SafeString)[::order]}

    assert shown[str] == '<span class="badge">&lt;b&gt;x&lt;/b&gt;</span>'
    assert shown[SafeString] == '<span class="badge"><b>x</b></span>'


def test_values_that_equal_each_other_but_look_different_are_told_apart() -> None:
    assert [draw(BADGE, label=label) for label in (1, True, "1")] == [
        f'<span class="badge">{label}</span>' for label in ("1", "True", "1")
    ]
    assert len({freeze(value) for value in (1, True, "1", SafeString("1"), None, "")}) == 6
    assert freeze((Item("a", 1), Role.CSM)) == freeze((Item("a", 1), Role.CSM)) != freeze((Item("a", 2), Role.CSM))


@pytest.mark.parametrize("value", [Open("a"), [1], forms.CharField(), (Open("a"),), 1.5])
def test_whatever_may_change_is_drawn_anew(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "_kept", kept := {})

    draw(BADGE, label=value)

    assert kept == {}
    with pytest.raises(NotPlain):
        freeze(value)


def test_full_shelf_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "_kept", kept := {})
    monkeypatch.setattr(components, "MOST_KEPT", 3)

    shown = [draw(BADGE, label=str(number)) for number in range(5)]

    assert shown == [f'<span class="badge">{number}</span>' for number in range(5)]
    assert len(kept) == 2
