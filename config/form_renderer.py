"""Draws Django's own form controls in Python: as templates, every option of a choice is a template of its own.

What is written is what Django's templates write; whatever is not named here is still drawn by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape

Control = dict[str, Any]


class ControlRenderer(DjangoTemplates):
    """The renderer of all forms (FORM_RENDERER)."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None:
            drawn: str = super().render(template_name, context, request)
            return drawn
        return draw(context["widget"]).strip()


def _input(control: Control) -> str:
    value = control["value"]
    shown = "" if value is None else f' value="{_text(value)}"'
    kind, name = conditional_escape(control["type"]), conditional_escape(control["name"])
    return f'<input type="{kind}" name="{name}"{shown}{_attributes(control)}>'


def _textarea(control: Control) -> str:
    value = conditional_escape(control["value"]) if control["value"] else ""
    return f'<textarea name="{conditional_escape(control["name"])}"{_attributes(control)}>\n{value}</textarea>'


def _select(control: Control) -> str:
    parts = [f'<select name="{conditional_escape(control["name"])}"{_attributes(control)}>']
    for group, options, _ in control["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        parts += [f"\n  {_option(option)}" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return f"{''.join(parts)}\n</select>"


def _option(option: Control) -> str:
    label = conditional_escape(option["label"])
    return f'<option value="{_text(option["value"])}"{_attributes(option)}>{label}</option>'


def _choice_list(control: Control) -> str:
    attrs = control["attrs"]
    known = "".join(f' {name}="{conditional_escape(attrs[name])}"' for name in ("id", "class") if attrs.get(name))
    parts = [f"<div{known}>"]
    for group, options, _ in control["optgroups"]:
        if group:
            parts.append(f"\n  <div><label>{conditional_escape(group)}</label>")
        parts += [f"<div>\n    {_choice(option)}</div>" for option in options]
        if group:
            parts.append("\n  </div>")
    return f"{''.join(parts)}\n</div>"


def _choice(option: Control) -> str:
    box = _input(option)
    if not option.get("wrap_label"):
        return box
    own = option["attrs"].get("id")
    target = f' for="{conditional_escape(own)}"' if own else ""
    return f"<label{target}>{box} {conditional_escape(option['label'])}</label>"


def _attributes(control: Control) -> str:
    shown = (
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_text(value)}"'
        for name, value in control["attrs"].items()
        if value is not False
    )
    return "".join(shown)


def _text(value: Any) -> str:
    """A value as it stands in an attribute: what is a text already may be a safe one."""
    return conditional_escape(value if isinstance(value, str) else str(value))


_INPUTS = (
    *("text", "number", "email", "url", "password", "hidden", "date", "time", "datetime", "checkbox", "file"),
    *("input", "color", "search", "tel"),
)
_DRAWN: dict[str, Callable[[Control], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _choice_list,
    "django/forms/widgets/checkbox_select.html": _choice_list,
    "django/forms/widgets/select_option.html": _option,
    "django/forms/widgets/radio_option.html": _choice,
    "django/forms/widgets/checkbox_option.html": _choice,
}
