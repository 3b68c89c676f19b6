"""The house keeps its arrows: apps import to the right only, and floors import downward only.

Source: DESIGN, section 3. Reads the imports of every module as text; runs none of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["config", "renewals", "outreach", "journeys", "emails", "customers"]  # left to right
TOP_LEVEL_PYTHON = {*APPS, "tests"}

FLOORS = {
    "enums": 0,
    "signals": 0,
    "rules": 0,
    "registry": 0,
    "base": 1,
    "models": 1,
    "queries": 2,
    "providers": 2,
    "clients": 2,
    "writing": 2,
    "facts": 2,
    "services": 3,
    "admin_base": 3,
    "api_base": 3,
    "form_base": 3,
    "view_base": 3,
    "webhook_base": 3,
}
DOOR = 4
HIGHEST_FLOOR_FOR_OTHER_APPS = 3
PURE_FORBIDDEN = (
    "django.conf",
    "django.utils.timezone",
    "requests",
    "random",
    "secrets",
    "anthropic",
    "sendgrid",
)


def modules(app: str) -> Iterator[Path]:
    for path in sorted((ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def imported_names(path: Path) -> Iterator[str]:
    """Give every dotted name that the module imports, also inside functions and for type checks."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor_of(dotted: list[str]) -> int:
    """Give the floor of `app.part…`; an app's own package counts as the ground floor."""
    if len(dotted) < 2 or dotted[1] in ("apps", "__init__"):
        return 0
    return FLOORS.get(dotted[1], DOOR)


def dotted_of(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).with_suffix("").parts)


ALL_MODULES = [path for app in APPS for path in modules(app)]


def wrong_arrows(path: Path) -> list[str]:
    here = dotted_of(path)
    app, floor = here[0], floor_of(here)
    is_start_up = here[1:] == ["apps"]
    wrong = []
    for name in imported_names(path):
        target = name.split(".")
        if target[0] not in APPS:
            continue
        if target[0] == app:
            if floor_of(target) > floor and not is_start_up and app != "config":
                wrong.append(f"{name}: from floor {floor} up to floor {floor_of(target)}")
        elif APPS.index(target[0]) < APPS.index(app):
            wrong.append(f"{name}: {app} may not import {target[0]}")
        elif app != "config" and floor_of(target) > HIGHEST_FLOOR_FOR_OTHER_APPS:
            wrong.append(f"{name}: a door of another app")
    return wrong


@pytest.mark.parametrize("path", ALL_MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_right_and_down(path: Path) -> None:
    assert wrong_arrows(path) == []


RULES = [path for path in ALL_MODULES if "rules" in path.parts]


@pytest.mark.parametrize("path", RULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rules_are_pure(path: Path) -> None:
    impure = [
        name
        for name in imported_names(path)
        if name.startswith(PURE_FORBIDDEN)
        or (name.startswith("django.") and not name.startswith("django.db.models.TextChoices"))
        or (name.split(".")[0] in APPS and floor_of(name.split(".")) > 0)
    ]

    assert impure == []


def test_only_doors_read_the_clock() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in ALL_MODULES
        if floor_of(dotted_of(path)) < DOOR and "timezone.now()" in path.read_text()
    ]

    assert readers == []


def test_top_level_holds_no_other_package() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/*.py") if not path.parent.name.startswith(".")}

    assert packages <= TOP_LEVEL_PYTHON


def test_foreign_keys_point_right() -> None:
    from django.apps import apps

    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model
        and field.related_model._meta.app_label in APPS
        and APPS.index(field.related_model._meta.app_label) < APPS.index(model._meta.app_label)
    ]

    assert wrong == []


def test_every_model_says_who_may_see_its_rows() -> None:
    from django.apps import apps

    mute = [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in APPS and not hasattr(model._default_manager.all(), "visible_to")
    ]

    assert mute == []
