"""What is put together as JSON by hand, for speed, is what JSON's own writer gives: approvals are bound to it."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from emails.rules.contents import digest_of
from emails.rules.facts import name_fact
from emails.rules.patterns import write_fact

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(WORDS, WORDS, st.lists(WORDS, max_size=2), st.lists(st.tuples(WORDS, WORDS), max_size=2))
def test_digest_is_of_the_parts_as_one_json_object(
    subject: str, body: str, cc: list[str], files: list[tuple[str, str]]
) -> None:
    parts = {
        "to": "zoë@acme.example",
        "cc": sorted(address.lower() for address in cc),
        "from": "csm@our.example",
        "subject": subject,
        "body": body,
        "attachments": sorted([name, sha256] for name, sha256 in files),
    }
    whole = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    assert (
        digest_of(
            to_email="Zoë@Acme.example", cc=cc, from_email="CSM@our.example", subject=subject, body=body, files=files
        )
        == whole
    )


@given(WORDS, st.lists(WORDS, max_size=2))
def test_fact_is_written_as_its_json(name: str, variants: list[str]) -> None:
    fact = name_fact("a.b", name, kind="k", id="1", field="f", label="L", variants=tuple(variants))

    assert write_fact(fact) == json.dumps(fact.as_json(), ensure_ascii=False)
