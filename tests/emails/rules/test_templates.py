"""Templates: one flat way to put values in, every other sign refused, and no value read again."""

from __future__ import annotations

import pytest

from emails.rules.rendering import Button, render
from emails.rules.templates import (
    MissingValue,
    compile_template,
    facts_of_words,
    fill,
    find_problems,
    one_line,
    points,
    words_of,
)

NAMES = {"clientName", "month", "keyItems", "progressLink"}
LINKS = {"progressLink"}
HOME = "https://desk.example"
VALUES = {"clientName": "Sarah", "month": "3", "keyItems": "- One\n- Two", "progressLink": f"{HOME}/j/abc"}


def problems(body: str, subject: str = "Hello") -> list[str]:
    return [str(one) for one in find_problems(subject=subject, body=body, names=NAMES, links=LINKS)]


def test_values_stand_where_their_names_stood() -> None:
    filled = fill(compile_template("For {{clientName}}", "Hi {{ clientName }},\n\nMonth {{month}}"), VALUES)

    assert (filled.subject, filled.body) == ("For Sarah", "Hi Sarah,\n\nMonth 3")
    assert filled.used == {"clientName", "month"}


@pytest.mark.parametrize("name", ["{{month}}", "{% include 'x' %}", "{{ x|safe }}", "{#", "%}", "\\1 \\g<0>", "$month"])
def test_value_is_never_read_again(name: str) -> None:
    filled = fill(compile_template("{{clientName}}", "Hi {{clientName}}"), {"clientName": name})

    assert (filled.subject, filled.body) == (name, f"Hi {name}")


def test_value_of_several_lines_is_points() -> None:
    filled = fill(compile_template("S", "Inside:\n{{keyItems}}"), {"keyItems": points(["One", "Two\nThree", " "])})

    assert filled.body == "Inside:\n- One\n- Two Three"


def test_line_of_which_every_name_is_empty_is_left_out() -> None:
    body = "Hi\n\n- Review {{clientName}}\n- Stay\n\nNext {{month}} on {{clientName}}\n\n{{keyItems}}\n\nEnd"

    filled = fill(compile_template("S", body), {"clientName": "", "month": "4", "keyItems": ""})

    assert filled.body == "Hi\n\n- Stay\n\nNext 4 on \n\nEnd"


def test_missing_value_is_told_by_name() -> None:
    with pytest.raises(MissingValue, match="month"):
        fill(compile_template("S", "{{month}}"), {"clientName": "Sarah"})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Hi {{clientName}}", []),
        (
            "Hi\n\n{{wrong}}",
            ["Line 3: “{{wrong}}” is not known. Known are: clientName, keyItems, month, progressLink."],
        ),
        ("{{ clientName.upper }}", ["not known"]),
        ("{{clientName|safe}}", ["not known"]),
        ("{{}}", ["not known"]),
        ("{% if x %}", ["“{%” means nothing here"]),
        ("{# x #}", ["“{#” means nothing here"]),
        ("Hi {{clientName", ["“{{” means nothing here"]),
        ("{{{clientName}}}", ["“{” means nothing here"]),
        ("See {{progressLink}}", ["put it in a button"]),
        ("[Look]({{progressLink}})", []),
        ("  [Look]({{progressLink}})  ", []),
        ("[Look {{month}}]({{progressLink}})", []),
        ("[Look {{progressLink}}]({{progressLink}})", ["put it in a button"]),
        ("Now [Look]({{progressLink}})", ["put it in a button"]),
        ("[Look]({{clientName}})", ["A button leads to one of: progressLink"]),
        ("", ["A mail needs a text."]),
    ],
)
def test_what_may_not_stand_in_a_template_is_named_with_its_line(body: str, expected: list[str]) -> None:
    found = problems(body)

    assert len(found) == len(expected)
    assert all(words in line for words, line in zip(expected, found, strict=True))


@pytest.mark.parametrize("subject", ["", "Two\nlines", "x" * 201, "{{wrong}}", "{{progressLink}}"])
def test_what_may_not_stand_in_a_subject(subject: str) -> None:
    assert problems("Fine", subject) != []


def test_button_is_one_in_html_and_a_line_in_plain_text() -> None:
    filled = fill(compile_template("S", "Hi\n\n[View {{month}}]({{progressLink}})\n\nBye"), VALUES)

    shown = render(subject="S", body=filled.body, buttons=filled.buttons)

    assert filled.buttons == (Button("View 3", f"{HOME}/j/abc"),)
    assert f'<a href="{HOME}/j/abc" clicktracking="off"' in shown.html
    assert ">View 3</a></p>" in shown.html
    assert f"\nView 3: {HOME}/j/abc\n" in shown.text


def test_button_without_its_link_is_left_out() -> None:
    filled = fill(compile_template("S", "Hi\n\n[View]({{progressLink}})"), {**VALUES, "progressLink": ""})

    assert (filled.body, filled.buttons) == ("Hi", ())


@pytest.mark.parametrize(
    "name",
    [
        "[Click](https://evil.example)",
        "x\n\n[Click](https://evil.example)",
        f"x\n[View 3]({HOME}/j/other)",
        "</a><script>",
    ],
)
def test_words_of_others_make_no_button(name: str) -> None:
    template = compile_template("S", "{{clientName}}\n\n[View {{month}}]({{progressLink}})")

    filled = fill(template, {**VALUES, "clientName": one_line(name)})
    shown = render(subject="S", body=filled.body, buttons=filled.buttons)

    assert len(filled.buttons) == 1
    assert shown.html.count("background:#1c5c45") == 1
    assert "<script" not in shown.html


@pytest.mark.parametrize(
    ("home", "url", "expected"),
    [
        ("https://desk.example", "https://desk.example/j/1", True),
        ("https://desk.example/", "https://desk.example/j/1", True),
        ("https://desk.example", "https://desk.example.evil.example/j/1", False),
        ("https://desk.example", "https://evil.example/j/1", False),
        ("https://desk.example", "javascript:alert(1)", False),
        ("http://desk.example", "http://desk.example/j/1", False),
        ("http://localhost:8000", "http://localhost:8000/j/1", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/j/1", True),
        ("http://localhost:8000", "http://localhost:8000.evil.example/j", False),
    ],
)
def test_button_leads_home_alone(home: str, url: str, expected: bool) -> None:
    assert Button("x", url).leads_home(home) is expected


def test_words_of_a_template_that_claim_something_are_facts() -> None:
    body = "You hear from us 3 days before {{month}} begins.\n\nNothing here.\n\n{{clientName}} saved 40% of it."

    assert words_of("S", body) == ("You hear from us 3 days before", "saved 40% of it")
    assert [fact.field for fact in facts_of_words("v", "S", body)] == ["words_1", "words_2"]
