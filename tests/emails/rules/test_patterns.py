"""Letters of which many are alike: filled from the pattern, each says what its whole template would."""

from __future__ import annotations

import json
from itertools import product
from uuid import uuid4

import pytest

from emails.rules.facts import Fact, name_fact, text_fact
from emails.rules.patterns import make_pattern
from emails.rules.templates import MissingValue, bind, compile_template, fill

SUBJECT = "{{title}} for {{who}}"
BODY = """Hi {{who}},

{{title}}
{{before}} and {{who}}
Words alone
More words

{{before}}
[Open {{title}}]({{link}})
[Look]({{link}})
{{before}}{{after}}

Bye {{after}}"""
OWN = ("who", "link")


@pytest.mark.parametrize(
    "values", list(product(("", "Ann", "{{title}}"), ("", "/j/1"), ("", "M2"), ("", "- a\n- b"), ("", "x")))
)
def test_bound_template_says_what_the_whole_one_says(values: tuple[str, ...]) -> None:
    template = compile_template(SUBJECT, BODY)
    whole = dict(zip(("who", "link", "title", "before", "after"), values, strict=True))
    common = {**whole, "who": "Somebody", "link": "/elsewhere"}

    bound = bind(template, common, own=OWN)

    assert fill(bound, {name: whole[name] for name in OWN}) == fill(template, whole)


def test_common_value_that_is_missing_is_named() -> None:
    with pytest.raises(MissingValue, match="title"):
        bind(compile_template(SUBJECT, "Hi"), {}, own=OWN)


def test_button_to_a_common_address_is_refused() -> None:
    with pytest.raises(ValueError, match="link"):
        bind(compile_template("Hi", "[Look]({{link}})"), {"link": "/j/1"}, own=("who",))


def test_facts_of_a_pattern_are_those_of_each_letter() -> None:
    def records() -> dict[str, str]:
        return {"month": str(uuid4()), "customer": str(uuid4())}

    def facts(name: str, ids: dict[str, str]) -> list[Fact]:
        who = name_fact("recipient.name", name, kind="stakeholder", id=uuid4(), field="name", label="Contact")
        url = f"/customers/{ids['customer']}/journey"
        title = text_fact(
            "m2.title", 'A "title" — ü', kind="month", id=ids["month"], field="title", label="M2", url=url
        )
        return [title, who, text_fact("own.name", "We", kind="workspace", id=1, field="name", label="Settings")]

    first, other = records(), records()
    own = facts('Bo "B" Berg', other)
    pattern = make_pattern(
        compile_template("Hi", "Hi"),
        facts("Ann", first),
        own=("recipient.name",),
        ids=first,
    )

    written = pattern.write_facts(own[1:2], other)

    assert json.loads(written) == [fact.as_json() for fact in own]
    assert pattern.ids == {"month", "customer"}


def test_pattern_without_facts_is_an_empty_list() -> None:
    pattern = make_pattern(compile_template("Hi", "Hi"), [], own=(), ids={"month": str(uuid4())})
    assert pattern.write_facts([], {}) == "[]"
