"""The pack as a text to read and print: "## " heads a section, "- " begins a point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from config.desk.evidence.pack import HOW_TO_CHECK, Answer, Approval, Letter, Pack, RecordLine, Sending
from emails.enums import DraftState, Purpose, ReplyClass
from emails.rules.facts import format_date, format_money
from renewals.enums import Outcome


def put_in_words(pack: Pack, *, digest: str) -> str:
    """This will write the whole pack, section by section, in letters that every font has."""
    parts = [
        *_head(pack, digest),
        *_section("Price", [_line(line) for line in pack.prices], "The price was neither set nor locked."),
        *_section("Decided otherwise than recommended", list(_overrules(pack)), "Nothing."),
        *_letters(pack),
        *_replies(pack),
        *_section("Objections", list(_objections(pack)), "None."),
        *_section("Terms discussed", list(_terms(pack)), "None."),
        *_section("The record", [_line(line) for line in pack.record], "Nothing is on record."),
    ]
    return "\n\n".join(parts).replace("→", "->")


def _head(pack: Pack, digest: str) -> Iterator[str]:
    contract, chain = pack.renewal.contract, pack.chain
    price = format_money(contract.current_price, contract.currency)
    target = _money(contract.target_price, contract.currency)
    yield f"Renewal of {format_date(contract.renewal_date)}. Price a year: {price}. Target price: {target}."
    yield _outcome(pack)
    yield f"Made {_at(pack.made_at)} by {pack.made_by}."
    yield "\n".join(
        [
            f"- Mails: {len(pack.letters)}, of which left: {pack.left}",
            f"- Replies: {len(pack.answers)}",
            f"- Lines of the record: {len(pack.record)}, of which not sealed yet: {chain.waiting}",
        ]
    )
    if chain.sealed_at:
        yield f"The record was sealed up to link {chain.link}, {_at(chain.sealed_at)}. Seal: {chain.digest}"
    else:
        yield "The record has no seal yet."
    yield f"Check the record with: {HOW_TO_CHECK}. Digest of this pack, which the record keeps: {digest}"


def _outcome(pack: Pack) -> str:
    renewal = pack.renewal
    if not renewal.outcome:
        return "Outcome: none yet; the renewal is open."
    words = [f"Outcome: {Outcome(renewal.outcome).label.lower()}"]
    if renewal.outcome_price is not None:
        words.append(f"at {format_money(renewal.outcome_price, renewal.contract.currency)} a year")
    if renewal.outcome_term_months:
        words.append(f"for {renewal.outcome_term_months} months")
    by = f" by {renewal.closed_by.display_name}" if renewal.closed_by else ""
    why = f" Reason: {renewal.outcome_reason}" if renewal.outcome_reason else ""
    return f"{' '.join(words)}. Set {_at(renewal.closed_at)}{by}.{why}"


def _section(title: str, points: list[str], nothing: str) -> Iterator[str]:
    yield f"## {title}"
    yield "\n".join(f"- {_flat(point)}" for point in points) if points else nothing


def _letters(pack: Pack) -> Iterator[str]:
    yield f"## Mails ({len(pack.letters)})"
    if not pack.letters:
        yield "None was written."
    for letter in pack.letters:
        yield from _letter(letter)


def _letter(letter: Letter) -> Iterator[str]:
    yield f"## {_flat(letter.subject or 'Without a subject')}"
    state = DraftState(letter.state).label.lower()
    yield f"{Purpose(letter.purpose).label} to {letter.to}. State: {state}. Written {_at(letter.written_at)}."
    for approval in letter.approvals:
        yield from _approval(approval)
    if not letter.approvals:
        yield "Nobody approved it."
    if letter.sending:
        yield _head_of(letter, letter.sending)
    if letter.receipt:
        yield "What the gate said:"
        yield "\n".join(f"- {_flat(_check(row))}" for row in letter.receipt)


def _check(row: Mapping[str, Any]) -> str:
    said = "passed" if row.get("passed") else "waits" if row.get("waits") else "refused"
    return f"{row.get('label', '')}: {said}. {row.get('reason', '')}"


def _approval(approval: Approval) -> Iterator[str]:
    who = f"by the rule “{approval.rule}”" if approval.rule else f"by {approval.line.by}"
    version = f"version {approval.version}" if approval.version else "its only version"
    yield f"Approved {_at(approval.line.at)} {who}: {version}. {_seal(approval.line)}" + (
        f" Digest of what was approved: {approval.digest}" if approval.digest else ""
    )
    if approval.text_kept:
        yield f"“{_flat(approval.subject)}”\n{_quoted(approval.body)}"
    else:
        yield "The text of this version was not kept."
    if not approval.facts_kept:
        yield "The facts that it stood on were not kept at the time."
    elif approval.facts:
        yield "It stood on:"
        yield "\n".join(
            f"- {_flat(fact.label)}: {_flat(fact.display)} ({fact.kind} {fact.id}, {fact.field})"
            for fact in approval.facts
        )


def _head_of(letter: Letter, sending: Sending) -> str:
    lines = [
        f"Message-ID: {sending.message_id}",
        *([f"Message-ID by the provider: {sending.provider_message_id}"] if sending.provider_message_id else []),
        f"From: {sending.sender}",
        f"To: {sending.to}",
        *([f"Cc: {', '.join(sending.cc)}"] if sending.cc else []),
        f"Date: {_at(sending.date)}",
        *([f"Delivered: {_at(letter.delivered_at)}"] if letter.delivered_at else []),
        *([f"Did not arrive: {_at(letter.bounced_at)}"] if letter.bounced_at else []),
        *([] if sending.head_kept else ["The head was not kept at the time; this is what the letter's row says."]),
    ]
    return "\n".join(_flat(line) for line in lines)


def _replies(pack: Pack) -> Iterator[str]:
    yield f"## Replies ({len(pack.answers)})"
    if not pack.answers:
        yield "None came."
    for answer in pack.answers:
        yield _reply(answer)


def _reply(answer: Answer) -> str:
    first = f", taken for {ReplyClass(answer.first).label.lower()} at first" if answer.first else ""
    head = f"{_at(answer.at)}, {answer.sender}: {answer.class_label.lower()}{first}"
    return f"{_flat(head)}\n“{_flat(answer.subject)}”\n{_quoted(answer.text)}"


def _overrules(pack: Pack) -> Iterator[str]:
    for one in pack.overrules:
        about = f" of {one.subject}" if one.subject else ""
        yield f"{_at(one.at)}, {one.by}: {one.kind.lower()}{about}, {one.old} → {one.new}. Reason: {one.reason}"


def _objections(pack: Pack) -> Iterator[str]:
    for one in pack.objections:
        settled = f" Settled {_at(one.settled_at)}: {one.settled_how}" if one.settled_at else ""
        yield f"{_at(one.at)}, {one.kind}: “{one.quote}”{settled}"


def _terms(pack: Pack) -> Iterator[str]:
    currency = pack.renewal.contract.currency
    for one in pack.terms:
        said = [
            _money(one.price, currency) if one.price is not None else "",
            f"{one.term_months} months" if one.term_months else "",
            f"{one.discount_pct.normalize():f} % off" if one.discount_pct else "",
            one.note,
        ]
        decided = f" Decided {_at(one.decided_at)} by {one.decided_by}." if one.decided_at else ""
        yield f"Version {one.version}, {_at(one.at)}, {one.by}: {', '.join(filter(None, said))} ({one.state}).{decided}"


def _line(line: RecordLine) -> str:
    return f"{_at(line.at)}, {line.by}: {line.says} {_seal(line)}"


def _seal(line: RecordLine) -> str:
    return f"[link {line.link}, line {line.id}]" if line.link else f"[not sealed yet, line {line.id}]"


def _quoted(text: str) -> str:
    """A mail's own words are no headings of ours."""
    return "\n".join(f"| {line}" for line in text.strip().splitlines()) or "|"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _money(amount: Decimal | None, currency: str) -> str:
    return "none" if amount is None else format_money(amount, currency)


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%d %b %Y %H:%M} UTC" if moment else "at an unknown time"
