"""The grammar of the command bar: a sentence in, what is meant out, with the words for each part.

Forgiving about case, marks, courtesy and synonyms. It finds words, never rows: who is meant is looked up afterwards,
among what the person may see. Source: PRD-191, "Natural Language Commands"; PRD-047, "Trigger"; INTERFACES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST_LETTERS = 2000
ACTIONS = (
    "introduce_upsell",
    "enroll",
    "show_sequences",
    "pause_outreach",
    "resume_outreach",
    "hold",
    "resume",
    "show_customer",
    "show_renewal",
    "draft_email",
    "send",
    "answer_question",
)
"""Source: INTERFACES, "Command bar"."""
QUESTIONS = ("month_due", "next", "standing", "overdue", "renewals", "not_sent", "on_hold", "approvals", "who")
FRAMINGS = ("problem_solving", "proactive", "value_add", "educational")


@dataclass(frozen=True)
class Intent:
    """What is meant. The words are as they were typed, without the marks around them; "" where none were.

    whole: what was taken apart into person and account, as it may be one name ("Bank of America").
    spans: where in `text` each of the words stand. when: the words of a date; lasting: those of a length of time.
    step: what is to happen with a draft that is there ("cc", "drop_cc", "edit"). is_sure: whether the sentence is one
    that the grammar knows; else it has only an idea.
    """

    text: str
    action: str
    customer: str = ""
    person: str = ""
    sequence: str = ""
    when: str = ""
    lasting: str = ""
    reason: str = ""
    framing: str = ""
    directness: str = ""
    copies_executive: bool = False
    scope: str = ""
    topic: str = ""
    whole: str = ""
    question: str = ""
    month: int = 0
    step: str = ""
    is_sure: bool = True
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)


WORDS = ("customer", "person", "sequence", "when", "lasting", "reason", "topic")
"""Fields of an intent that hold words of the sentence."""

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "`": "'", "´": "'",
                         "–": "-", "—": "-", "…": ".", "\u00a0": " "})  # fmt: skip
_FILLER = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|now|and|then|please|pls|kindly|evergreen|assistant|just|quickly|"
    r"(?:can|could|would|will)\s+(?:you|we|i)|(?:i|we)\s+(?:want|need|like|wish)(?:\s+you)?\s+to|i'?d\s+like(?:\s+you)?\s+to|"
    r"i\s+would\s+like\s+to|let'?s|let\s+us|go\s+ahead\s+and|help\s+me(?:\s+to)?|time\s+to|you\s+should)\b[\s,:!]*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,.;:!?]*(?:\b(?:please|pls|thanks|thank\s+you|thx|for\s+me|right\s+now|now|asap)\b[\s,.;:!?]*)*$",
    re.IGNORECASE,
)
_W = r".{1,160}?"
_LINK = r"(?:for|to|at|with|of|from|in|on)"
_MAIL = r"(?:e-?mails?|mails?|letters?|messages?|notes?)"
_INTRO = rf"(?:upsells?|up-sells?|expansions?|upgrades?|cross-?sells?)(?:\s+(?:opportunity|introduction|intro|offer|conversation|{_MAIL}))*"
_UPSELL_VERB = (
    r"(?:introduce|send|write|draft|start|prepare|create|make|do|open|propose|pitch|suggest|compose|generate)"
)
_REASON = re.compile(
    r"[\s,;-]+(?:because(?:\s+of)?|reason(?:\s+is)?:?|due\s+to|since|as\s+they|as\s+the)\s+(?P<reason>.{1,300})$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\s+(?:until|till|til|through|up\s+to)\s+(?P<when>.{1,40})$", re.IGNORECASE)
_LASTING = re.compile(
    r"\s+for\s+(?P<lasting>(?:the\s+next\s+)?(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|thirty)"
    r"\s*(?:couple\s+of\s+)?(?:days?|weeks?|months?|years?))$",
    re.IGNORECASE,
)
_LASTING_FIRST = re.compile(_LASTING.pattern.removesuffix("$") + r"(?=\s)", re.IGNORECASE)
_FRAMING = (
    (re.compile(r"[\s,(]+(?:(?:as|with|in)\s+an?\s+|(?:as|with|framed\s+as)\s+)?problem[\s-]?solving(?:\s+(?:approach|framing|style|way|mail|email))?\)?", re.IGNORECASE), "problem_solving"),
    (re.compile(r"[\s,(]+(?:(?:as|with|in)\s+an?\s+|(?:as|with|framed\s+as)\s+)?proactive(?:ly)?(?:\s+(?:approach|framing|style|way))?\)?", re.IGNORECASE), "proactive"),
    (re.compile(r"[\s,(]+(?:(?:as|with|in)\s+an?\s+|(?:as|with|framed\s+as)\s+)?(?:value[\s-]?add(?:ed)?|success)(?:\s+(?:approach|framing|style|way))?\)?", re.IGNORECASE), "value_add"),
    (re.compile(r"[\s,(]+(?:(?:as|with|in)\s+an?\s+|(?:as|with|framed\s+as)\s+)?educational(?:ly)?(?:\s+(?:approach|framing|style|way))?\)?", re.IGNORECASE), "educational"),
)  # fmt: skip
_DIRECT = (
    (re.compile(r"[\s,]+(?:softly|gently|in\s+a\s+soft\s+way|soft)$", re.IGNORECASE), "soft"),
    (re.compile(r"[\s,]+(?:directly|bluntly|in\s+a\s+direct\s+way|direct)$", re.IGNORECASE), "direct"),
)
_AE = r"(?:the\s+|their\s+|our\s+|my\s+)?(?:account\s+exec(?:utive)?s?|ae|sales(?:\s+rep)?)"
_WITH_CC = re.compile(rf"[\s,;]+(?:and|with|plus)?\s*(?:(?:put\s+)?(?:cc|copy|copying|cc'?ing)(?:\s+to)?\s+{_AE}|{_AE}\s+(?:in|on)\s+(?:cc|copy))", re.IGNORECASE)  # fmt: skip


def read_command(text: str) -> Intent | None:
    """Find what the sentence means; None where it means nothing that is known here. Never raises.

    Longer texts than MOST_LETTERS are cut off there.
    """
    cleaned = tidy(text)
    if not cleaned:
        return None
    for read in _READERS:
        found = read(cleaned)
        if found is not None:
            return _with_spans(found, cleaned)
    return None


def tidy(text: str) -> str:
    """Give the sentence without courtesy, control characters and marks at its ends."""
    kept = "".join(char if char.isprintable() else " " for char in text[:MOST_LETTERS].translate(_QUOTES))
    kept = " ".join(kept.split()).strip(" \"'")
    kept = _FILLER.sub("", kept)
    return _TAIL.sub("", kept).strip(" \"',;:")


def _with_spans(intent: Intent, text: str) -> Intent:
    spans = {}
    for name in WORDS:
        words = getattr(intent, name)
        at = text.find(words) if words else -1
        if at >= 0:
            spans[name] = (at, at + len(words))
    return replace(intent, text=text, spans=spans)


def _bare(words: str | None) -> str:
    """Give words without the marks around them, and without the owner's s: "Acme's" is Acme."""
    text = (words or "").strip(" \"',.;:!?()")
    text = re.sub(r"'s$|(?<=s)'$", "", text)
    text = re.sub(
        r"^(?:the\s+(?:customer|account|client)|customer|account|client|company)\s+(?=\S)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\s+(?:account|customer|client)$", "", text, flags=re.IGNORECASE) if len(text.split()) > 1 else text
    return text.strip(" \"'")


_LEGAL = frozenset({"inc", "llc", "ltd", "gmbh", "ag", "co", "corp", "plc", "limited"})
_HERE = re.compile(
    r"^(?:this|the|that|them|they|it|here|him|her|this\s+(?:one|account|customer|client|person)|the\s+(?:account|customer|client))?$",
    re.IGNORECASE,
)


def _whom(words: str | None) -> str:
    """Give the words for an account or a person; "" for "this account", which is the one at hand."""
    bare = _bare(words)
    return "" if _HERE.match(bare) else bare


def _people(words: str | None, *, alone: str = "person") -> dict[str, Any]:
    """Take the words for somebody apart. alone: what a single name is; "customer" where it may be either."""
    person, customer = _split_person(words)
    if not customer:
        return {alone: person}
    return {"person": person, "customer": customer, "whole": _bare(words)}


def _split_person(words: str | None) -> tuple[str, str]:
    """Take "Jennifer Park at Acme", "Jennifer from Acme", "Acme's Jennifer" or "Jennifer (Acme)" apart."""
    text = (words or "").strip(" \"',.;:!?")
    for pattern in (
        r"(?P<person>.{1,120}?)\s+(?:at|from|of|over\s+at|with)\s+(?P<customer>.{1,120})",
        r"(?P<person>[^()]{1,120}?)\s*\((?P<customer>[^()]{1,120})\)",
        r"(?P<person>[^,]{1,120}?),\s+(?P<customer>.{1,120})",
        r"(?P<customer>.{1,120}?)(?:'s|(?<=s)')\s+(?P<person>.{1,120})",
    ):
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match and match["customer"].strip(" .").lower() not in _LEGAL:
            return _whom(match["person"]), _whom(match["customer"])
    return _whom(text), ""


def _full(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text, re.IGNORECASE)


# Upsell


def _read_upsell(text: str) -> Intent | None:
    rest, framing, directness = text, "", ""
    copies = _WITH_CC.search(rest)
    if copies:
        rest = rest[: copies.start()] + rest[copies.end() :]
    for pattern, direct in _DIRECT:
        if match := pattern.search(rest):
            rest, directness = rest[: match.start()], direct
            break
    for pattern, code in _FRAMING:
        if match := pattern.search(rest):
            rest, framing = (rest[: match.start()] + rest[match.end() :]).strip(), code
            break
    soft = re.search(r"\b(?P<how>soft|gentle|direct)\s+(?=upsell|expansion|up-sell)", rest, re.IGNORECASE)
    if soft:
        directness = "direct" if soft["how"].lower() == "direct" else "soft"
        rest = rest[: soft.start()] + rest[soft.end() :]
    whom = _upsell_whom(" ".join(rest.split()))
    if whom is None:
        return None
    return Intent("", "introduce_upsell", customer=_whom(whom), framing=framing, directness=directness,
                  copies_executive=bool(copies))  # fmt: skip


def _upsell_whom(text: str) -> str | None:
    patterns = (
        rf"{_UPSELL_VERB}\s+(?:an?\s+|the\s+|our\s+|out\s+an?\s+)?(?:possible\s+)?{_INTRO}\s+(?:to|for|with|at|about)\s+(?P<whom>{_W})",
        rf"{_UPSELL_VERB}\s+(?P<whom>{_W})\s+(?:an?\s+|the\s+|our\s+)?{_INTRO}",
        rf"{_INTRO}\s+(?:to|for|with|at)\s+(?P<whom>{_W})",
        rf"(?:upsell|up-sell|cross-?sell|expand|grow)\s+(?:to\s+)?(?P<whom>{_W})",
        rf"(?:tell|ask|talk\s+to|approach|speak\s+to)\s+(?P<whom>{_W})\s+about\s+(?:an?\s+|the\s+|our\s+)?(?:possible\s+)?(?:{_INTRO}|expanding|upgrading|an?\s+bigger\s+plan)",
        rf"(?:reach\s+out|write|mail|email)\s+(?:to\s+)?(?P<whom>{_W})\s+about\s+(?:an?\s+|the\s+|our\s+)?(?:possible\s+)?(?:{_INTRO}|expanding|upgrading)",
        rf"{_UPSELL_VERB}\s+(?:an?\s+|the\s+)?{_INTRO}(?P<whom>)",
    )
    for pattern in patterns:
        if match := _full(pattern, text):
            return match["whom"]
    return None


# Steps with a draft that is there


def _read_step(text: str) -> Intent | None:
    if match := _full(
        rf"(?:please\s+)?(?:cc|copy|add|put|include|loop\s+in|bring\s+in)\s+(?:in\s+)?(?P<ae>{_AE})(?:\s+(?:in|on|into|to)\s+(?:the\s+)?(?:cc|copy))?(?:\s+(?:on|for|of|to)\s+(?P<whom>{_W}))?",
        text,
    ):
        return Intent("", "introduce_upsell", customer=_mail_of(match["whom"]), step="cc", copies_executive=True)
    if match := _full(
        rf"(?:drop|remove|take|un-?cc)\s+(?P<ae>{_AE})(?:\s+(?:out|off|from)(?:\s+of)?(?:\s+(?:the\s+)?(?:cc|copy))?)?(?:\s+(?:on|for|of)\s+(?P<whom>{_W}))?",
        text,
    ):
        return Intent("", "introduce_upsell", customer=_mail_of(match["whom"]), step="drop_cc")
    if match := _full(
        rf"(?:edit|change|open|rewrite)(?:\s+(?:it|this|that|(?:the\s+|my\s+)?(?:draft|{_MAIL}|introduction|upsell))(?:\s+(?:to|for|at)\s+(?P<whom>{_W}))?)?",
        text,
    ):
        return Intent("", "draft_email", customer=_whom(match["whom"]), step="edit")
    return None


def _mail_of(words: str | None) -> str:
    text = re.sub(
        rf"^(?:the\s+|my\s+)?(?:draft|{_MAIL}|introduction|upsell(?:\s+{_MAIL})?)(?:\s+(?:to|for|at)\s+|$)",
        "",
        _bare(words),
        flags=re.IGNORECASE,
    )
    return _whom(text)


def _read_send(text: str) -> Intent | None:
    if _full(
        r"(?:approve\s+and\s+)?send(?:\s+(?:it|this|that|off|it\s+off|them|away))?|yes,?\s+send(?:\s+it)?|send\s+now|approve(?:\s+it)?",
        text,
    ):
        return Intent("", "send")
    thing = rf"(?:the\s+|my\s+|that\s+|this\s+|our\s+)?(?:last\s+|latest\s+)?(?:approved\s+)?(?:draft(?:\s+{_MAIL})?|{_MAIL}\s+draft|introduction|upsell\s+introduction|{_MAIL})"
    if match := _full(
        rf"(?:approve\s+and\s+)?(?:send|approve)\s+(?:out\s+|off\s+)?{thing}(?:\s+(?:to|for|at)\s+(?P<whom>{_W}))?(?:\s+out|\s+off)?",
        text,
    ):
        if re.search(r"\s(?:about|regarding|concerning|saying)\s", match["whom"] or ""):
            return None
        return Intent("", "send", **_people(match["whom"], alone="customer")) if match["whom"] else Intent("", "send")
    if match := _full(
        rf"(?:approve\s+and\s+)?(?:send|approve)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+(?:draft|{_MAIL}|introduction)", text
    ):
        return Intent("", "send", customer=_whom(match["whom"]))
    return None


# Sequences at Outreach.io


def _read_enroll(text: str) -> Intent | None:
    sequence = rf"(?:the\s+|our\s+|an?\s+)?(?P<sequence>{_W})"
    match = (
        _full(rf"(?:enroll|enrol|add|put|subscribe|start|sign\s+up|place|enlist)\s+(?P<whom>{_W})\s+(?:in|into|to|on|onto|with|for)\s+{sequence}\s+(?:sequence|cadence|series|campaign)(?:\s+(?:at|for|from)\s+(?P<at>{_W}))?", text)
        or _full(rf"(?:enroll|enrol|enlist)\s+(?P<whom>{_W})\s+(?:in|into|to|on|onto|for)\s+(?:the\s+)?(?:sequence|cadence)\s+(?P<sequence>{_W})(?P<at>)", text)
        or _full(rf"(?:enroll|enrol|enlist)\s+(?P<whom>{_W})\s+(?:in|into|on|onto)\s+{sequence}(?P<at>)", text)
        or _full(rf"(?:start|begin|run|use)\s+{sequence}\s+(?:sequence|cadence|series)\s+(?:for|with|on)\s+(?P<whom>{_W})(?P<at>)", text)
        or _full(r"(?:enroll|enrol|enlist)\s+(?P<whom>.{1,160})(?P<sequence>)(?P<at>)", text)
    )  # fmt: skip
    if match is None:
        return None
    who = _people(match["whom"])
    if not who.get("customer"):
        who["customer"] = _whom(match["at"])
    return Intent("", "enroll", sequence=_sequence(match["sequence"]), **who)


def _sequence(words: str | None) -> str:
    return re.sub(r"\s+(?:sequence|cadence|series|campaign)$", "", _bare(words), flags=re.IGNORECASE)


def _read_show_sequences(text: str) -> Intent | None:
    seq = r"(?:outreach(?:\.io)?\s+)?(?:sequences?|cadences?|enrollments?|enrolments?)"
    patterns = (
        rf"(?:what|which)\s+{seq}\s+(?:is|are|was|were)\s+(?P<whom>{_W})\s+(?:currently\s+)?(?:in|enrolled\s+in|on|part\s+of)",
        rf"(?:what|which)\s+{seq}\s+(?:does|do|has|have)\s+(?P<whom>{_W})\s+(?:have|got|run|joined)",
        rf"(?:show|list|see|display|give\s+me|get|view|check)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?{seq}\s+(?:for|of|at|with)\s+(?P<whom>{_W})",
        rf"(?:show|list|see|display|give\s+me|get|view|check)\s+(?:me\s+)?(?P<whom>{_W})(?:'s|(?<=s)')\s+{seq}",
        rf"(?:what|which)\s+(?:are|is)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{seq}",
        rf"{seq}\s+(?:for|of|at)\s+(?P<whom>{_W})",
        rf"(?P<whom>{_W})(?:'s|(?<=s)')\s+{seq}",
        rf"is\s+(?P<whom>{_W})\s+(?:in|enrolled\s+in)\s+(?:an?y?|some)\s+{seq}",
        rf"(?:what|which)\s+{seq}\s+(?:are\s+there|do\s+we\s+have|exist|are\s+available|can\s+i\s+use)(?P<whom>)",
        rf"(?:show|list)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:available\s+)?{seq}(?P<whom>)",
        rf"who\s+is\s+in\s+(?:an?y?\s+)?{seq}\s+at\s+(?P<whom>{_W})",
    )
    for pattern in patterns:
        if match := _full(pattern, text):
            return Intent("", "show_sequences", **_people(match["whom"], alone="customer"))
    return None


def _read_outreach(text: str) -> Intent | None:
    what = r"(?:all\s+(?:the\s+|of\s+the\s+)?)?(?:the\s+)?(?:outreach(?:\.io)?(?:\s+sequences?)?|sequences?|cadences?|enrollments?)"
    for action, verb in (
        ("resume_outreach", r"(?:resume|restart|unpause|un-pause|continue|reactivate|go\s+on\s+with|start\s+again)"),
        ("pause_outreach", r"(?:pause|stop|halt|suspend|freeze|interrupt)"),
    ):
        match = (
            _full(rf"{verb}\s+{what}\s+(?:for|to|at|of|with|on)\s+(?P<whom>{_W})", text)
            or _full(rf"{verb}\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{what}", text)
            or _full(rf"{verb}\s+{what}(?P<whom>)", text)
            or _full(rf"(?:take|pull)\s+(?P<whom>{_W})\s+out\s+of\s+{what}", text if action == "pause_outreach" else "")
        )
        if match:
            return Intent("", action, **_people(match["whom"], alone="customer"))
    return None


# Holds


def _read_hold(text: str) -> Intent | None:
    rest, parts = _take_times(text)
    journey = r"(?:the\s+)?(?:client\s+|customer\s+)?(?:journey|program(?:me)?)"
    for pattern, scope in (
        (rf"(?:pause|hold|stop|suspend|halt|freeze)\s+{journey}\s+(?:of|for|at|with)\s+(?P<whom>{_W})", "journey"),
        (rf"(?:pause|hold|stop|suspend|halt|freeze)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{journey}", "journey"),
        (rf"put\s+{journey}\s+(?:of|for)\s+(?P<whom>{_W})\s+on\s+hold", "journey"),
        (rf"put\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{journey}\s+on\s+hold", "journey"),
        (rf"(?:pause|hold|stop|suspend|halt|freeze)\s+(?:everything|all\s+(?:mail|mails|emails|contact|messages|communication))\s+(?:for|to|at|with)\s+(?P<whom>{_W})", "account"),
        (rf"(?:put|place)\s+(?:a\s+hold|hold)\s+on\s+(?P<whom>{_W})", ""),
        (rf"(?:put|place|set)\s+(?P<whom>{_W})\s+on\s+(?:a\s+)?(?:hold|pause|ice)", ""),
        (rf"(?:hold|pause|freeze|suspend)\s+(?P<whom>{_W})", ""),
    ):  # fmt: skip
        if match := _full(pattern, rest):
            return Intent("", "hold", customer=_whom(match["whom"]), scope=scope or _scope_in(match["whom"]), **parts)
    return None


def _scope_in(words: str) -> str:
    return "account" if re.search(r"^(?:the\s+)?(?:whole\s+)?account\s", words, re.IGNORECASE) else ""


def _take_times(text: str) -> tuple[str, dict[str, Any]]:
    """Take reason, end and length from the end of the sentence; gives what is left of it."""
    parts: dict[str, Any] = {}
    if match := _REASON.search(text):
        parts["reason"], text = match["reason"].strip(" \"'"), text[: match.start()]
    if match := re.search(r"\s*[(:]\s*(?P<reason>[^():]{3,200})\)?$", text) if "reason" not in parts else None:
        parts["reason"], text = match["reason"].strip(), text[: match.start()]
    for _ in range(2):
        if "when" not in parts and (match := _UNTIL.search(text)):
            parts["when"], text = match["when"].strip(), text[: match.start()]
        elif "lasting" not in parts and (match := _LASTING.search(text)):
            parts["lasting"], text = match["lasting"].strip(), text[: match.start()]
    if "lasting" not in parts and (match := _LASTING_FIRST.search(text)):
        parts["lasting"] = match["lasting"].strip()
        text = f"{text[: match.start()]} {text[match.end() :].strip()}"
    return " ".join(text.split()), parts


def _read_resume(text: str) -> Intent | None:
    journey = r"(?:the\s+)?(?:client\s+|customer\s+)?(?:journey|program(?:me)?)"
    verb = r"(?:resume|unhold|un-hold|unpause|un-pause|continue|restart|reactivate|release|go\s+on\s+with)"
    for pattern, scope in (
        (rf"{verb}\s+{journey}\s+(?:of|for|at|with)\s+(?P<whom>{_W})", "journey"),
        (rf"{verb}\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{journey}", "journey"),
        (rf"(?:lift|end|remove|cancel|release|clear)\s+(?:the\s+)?(?:hold|pause)\s+(?:on|of|for|from|at)\s+(?P<whom>{_W})", ""),
        (rf"(?:lift|end|remove|cancel|release|clear)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+(?:hold|pause)", ""),
        (rf"take\s+(?P<whom>{_W})\s+off\s+(?:the\s+)?hold", ""),
        (rf"{verb}\s+(?:everything|mails?|emails?)\s+(?:for|to|at|with)\s+(?P<whom>{_W})", "account"),
        (rf"{verb}\s+(?P<whom>{_W})", ""),
    ):  # fmt: skip
        if match := _full(pattern, text):
            return Intent("", "resume", customer=_whom(match["whom"]), scope=scope)
    return None


# Questions


def _read_question(text: str) -> Intent | None:
    month = r"(?:the\s+)?(?:month|m)\s*(?P<month>\d{1,2})(?:'s)?(?:\s+(?:deliverable|delivery))?"
    word_month = r"(?:the\s+)?(?P<nth>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|next|last)\s+(?:month|deliverable)"
    ask = r"(?:when\s+(?:is|will|does|are|was)|what(?:'s|\s+is)\s+the\s+(?:due\s+)?date\s+(?:of|for)|show\s+me\s+when|tell\s+me\s+when|by\s+when\s+is)"
    due = r"(?:\s+(?:be\s+)?(?:due|come|coming|delivered|ready|start|happen|happening))?"
    for which in (month, word_month):
        for pattern in (
            rf"{ask}\s+{which}\s+(?:for|of|at|with)\s+(?P<whom>{_W}){due}",
            rf"{ask}\s+{which}\s+(?:due|coming|delivered|ready)\s+(?:for|of|at|to|with)\s+(?P<whom>{_W})",
            rf"{ask}\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{which}{due}",
            rf"{ask}\s+(?P<whom>{_W})\s+(?:due\s+for|at)\s+{which}",
            rf"{ask}\s+{which}{due}(?P<whom>)",
            rf"(?:due\s+date\s+(?:of|for)\s+)?{which}\s+(?:of|for)\s+(?P<whom>{_W}){due}",
        ):
            if match := _full(pattern, text):
                return Intent(
                    "", "answer_question", question="month_due", customer=_whom(match["whom"]), month=_month_in(match)
                )
    for question, patterns in _QUESTIONS.items():
        for pattern in patterns:
            if match := _full(pattern, text):
                return _question(question, match)
    return None


_NTH = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
NEXT_MONTH, LAST_MONTH = -1, -2
"""Instead of a month's number: the one that is open, the last one."""


def _month_in(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("month"):
        return int(groups["month"])
    nth = (groups.get("nth") or "").lower()
    return {"next": NEXT_MONTH, "last": LAST_MONTH}.get(nth) or _NTH.index(nth) + 1


def _question(question: str, match: re.Match[str]) -> Intent:
    groups = match.groupdict()
    who: dict[str, Any] = {"customer": _whom(groups.get("whom") or groups.get("there"))}
    if question == "not_sent":
        who = _people(groups.get("whom"), alone="customer")
    topic = " ".join((groups.get("topic") or "").split())
    return Intent("", "answer_question", question=question, when=_bare(groups.get("when")), topic=topic, **who)


_SPAN = r"(?:in\s+|within\s+|during\s+|over\s+)?(?P<when>(?:the\s+)?(?:this|next|coming)\s+.{3,20}|today|tomorrow|q[1-4](?:\s+\d{4})?|(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+\d{4})?|\d{1,3}\s+(?:days|weeks|months))"  # fmt: skip
_RENEW = r"(?:renew|renewing|due|coming\s+up|come|come\s+up|up|up\s+for\s+renewal|expiring|expire|ending|end|due\s+for\s+renewal|coming)"
_NOT_SENT = rf"(?:the\s+|my\s+|that\s+|our\s+|an?\s+)?(?:last\s+|upsell\s+|renewal\s+|expansion\s+)?(?:{_MAIL}|draft|introduction)"
_ROLE = r"(?P<topic>champions?|decision[\s-]?makers?|economic[\s-]?buyers?|budget[\s-]?(?:holders?|owners?)|(?:executive[\s-]?)?sponsors?|(?:primary|main|key)\s+contacts?|contacts?(?:\s+persons?)?|stakeholders?|(?:end[\s-]?|power[\s-]?)?users?)"
_WHO = r"(?:who|whom)(?:'s|s|\s+is|\s+are)"
_DECIDES = r"(?P<topic>decides|makes\s+the\s+decisions?|signs|pays|(?:holds|has|owns|controls)\s+the\s+budget)"
_AT = r"(?:over\s+)?(?:at|of|for|in|from|with)"
_OURS = r"(?:(?:the|our|my|their|its)\s+)?"
_QUESTIONS: dict[str, tuple[str, ...]] = {
    "next": (
        rf"what\s+(?:happens|comes|is\s+coming|is\s+due|is\s+planned|will\s+happen)(?:\s+(?:up|next))*\s+(?:for|at|with|to)\s+(?P<whom>{_W})",
        rf"what(?:'s|\s+is|s)\s+(?:up\s+)?(?:next|coming\s+up|planned|coming)\s+(?:for|at|with|in)\s+(?P<whom>{_W})(?:'s\s+journey)?",
        rf"what\s+(?:does|do)\s+(?P<whom>{_W})\s+(?:get|receive|expect)\s+next",
        rf"(?:next\s+steps?|upcoming)\s+(?:for|at|of|with)\s+(?P<whom>{_W})",
        rf"(?:show|list)\s+(?:me\s+)?(?:the\s+)?next\s+steps?\s+(?:for|at|of|with)\s+(?P<whom>{_W})",
        r"what\s+(?:happens|comes)\s+next(?P<whom>)|what(?:'s|\s+is)\s+next",
    ),
    "standing": (
        rf"(?:what|which)\s+month\s+(?:is|are)\s+(?P<whom>{_W})\s+(?:in|on|at)",
        rf"where\s+(?:is|are|does|do)\s+(?P<whom>{_W})\s+(?:stand\s+)?(?:in|on)\s+(?:the|their|its|his|her)\s+(?:journey|program(?:me)?)",
        rf"where\s+(?:does|do)\s+(?P<whom>{_W})\s+stand",
        rf"how\s+far\s+(?:is|are|has|have)\s+(?P<whom>{_W})(?:\s+(?:come|got|along|in\s+the\s+journey))?",
        rf"(?:how\s+is|what\s+is\s+the\s+status\s+of)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+(?:journey|program(?:me)?)(?:\s+going)?",
        rf"(?:status|progress)\s+(?:of|for)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+journey",
        rf"(?:show|open)\s+(?:me\s+)?(?:the\s+)?(?:journey|timeline|program(?:me)?)\s+(?:of|for|at)\s+(?P<whom>{_W})",
        rf"(?:show|open)\s+(?:me\s+)?(?P<whom>{_W})(?:'s|(?<=s)')\s+(?:journey|timeline|program(?:me)?)",
    ),
    "overdue": (
        r"(?:who|what|which\s+(?:clients?|customers?|accounts?|journeys?|deliverables?|months?))\s*(?:is|are|'s|has|have)?\s*(?:been\s+)?(?:overdue|late|behind|behind\s+schedule|past\s+due)(?:\s+(?:at\s+the\s+moment|today|currently))?",
        r"(?:is\s+any(?:one|body|thing)|are\s+any\s+\w+)\s+(?:overdue|late|behind)",
        r"(?:show|list)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:overdue|late)(?:\s+(?:clients?|customers?|accounts?|journeys?|ones))?",
        r"(?:show|list)\s+(?:me\s+)?(?:who|what)\s+is\s+(?:overdue|late)",
        r"overdue(?:\s+(?:clients?|customers?|accounts?|journeys?))?",
    ),
    "renewals": (
        rf"(?:which|what)\s+(?:renewals?|contracts?|accounts?|customers?|clients?)\s+(?:are\s+|is\s+|will\s+)?{_RENEW}\s+{_SPAN}",
        rf"(?:which|what)\s+(?:renewals?|contracts?)\s+(?:are\s+there|do\s+(?:i|we)\s+have)\s+{_SPAN}",
        rf"(?:who|which\s+\w+)\s+(?:renews|is\s+renewing|is\s+{_RENEW}|is\s+up)\s+{_SPAN}",
        rf"(?:show|list)\s+(?:me\s+)?(?:all\s+)?(?:the\s+|my\s+)?(?:upcoming\s+)?renewals\s+(?:{_RENEW}\s+)?(?:for\s+)?{_SPAN}",
        rf"(?:upcoming\s+)?renewals\s+(?:for\s+)?{_SPAN}",
        r"(?:which|what)\s+renewals\s+(?:are\s+)?(?:come|coming|coming\s+up|due|next|come\s+next|come\s+up)(?P<when>)",
        r"(?:show|list)\s+(?:me\s+)?(?:all\s+)?(?:the\s+|my\s+)?(?:upcoming\s+)?renewals(?P<when>)",
    ),
    "not_sent": (
        rf"why\s+(?:was|were|is|has|did)(?:n't|\s+not)?\s+{_NOT_SENT}\s+(?:to|for|at)\s+(?P<whom>{_W})\s+(?:not\s+)?(?:been\s+|get\s+|yet\s+)*(?:sent|leave|left|gone\s+out|go\s+out|go|delivered|out)(?:\s+(?:yet|out))?",
        rf"why\s+(?:was|were|is|has|did)(?:n't|\s+not)?\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{_NOT_SENT}\s+(?:not\s+)?(?:been\s+|get\s+)*(?:sent|leave|left|gone\s+out|go\s+out|delivered)(?:\s+yet)?",
        rf"why\s+(?:did|has|was)(?:n't|\s+not)?\s+(?P<whom>{_W})\s+(?:not\s+)?(?:get|got|gotten|receive|received|sent)\s+{_NOT_SENT}",
        rf"what(?:'s|\s+is)\s+(?:holding\s+up|blocking|keeping|stopping)\s+{_NOT_SENT}\s+(?:to|for|at)\s+(?P<whom>{_W})",
        rf"(?:has|was|did)\s+{_NOT_SENT}\s+(?:to|for)\s+(?P<whom>{_W})\s+(?:been\s+)?(?:sent|leave|left|go\s+out|gone\s+out)",
        rf"why\s+(?:was|were|is|has)(?:n't|\s+not)?\s+{_NOT_SENT}\s+(?:not\s+)?(?:been\s+)?(?:sent|left|delivered)(?P<whom>)",
    ),
    "on_hold": (
        r"(?:who|what|which\s+(?:clients?|customers?|accounts?|journeys?))\s*(?:is|are|'s)\s+(?:on\s+hold|held|paused)",
        r"(?:show|list)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:held|paused)\s+(?:clients?|customers?|accounts?|journeys?)",
        r"(?:show|list)\s+(?:me\s+)?(?:the\s+)?(?:accounts?|customers?|clients?)\s+on\s+hold|(?:show|list)\s+(?:me\s+)?(?:all\s+)?holds",
    ),
    "who": (
        rf"{_WHO}\s+{_OURS}{_ROLE}\s+{_AT}\s+(?P<whom>{_W})",
        rf"{_WHO}\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{_ROLE}",
        rf"{_WHO}\s+{_OURS}{_ROLE}(?:\s+here)?",
        rf"(?:tell|show|find|give|list)\s+(?:me\s+)?(?:who(?:\s+is|\s+are)?\s+)?{_OURS}{_ROLE}(?:\s+(?:is|are))?\s+{_AT}\s+(?P<whom>{_W})",
        rf"(?:do|does)\s+(?:we|i|(?P<whom>{_W}))\s+have\s+(?:an?\s+|any\s+)?{_ROLE}(?:\s+at\s+(?P<there>{_W}))?",
        rf"{_OURS}{_ROLE}\s+at\s+(?P<whom>{_W})",
        rf"who\s+{_DECIDES}\s+(?:at|for|in)\s+(?P<whom>{_W})",
        rf"(?:who|whom)\s+(?:do|should|can|must|could|shall|would)\s+(?:i|we)\s+(?:best\s+)?(?:(?:talk|speak|write|turn)\s+(?:to|with)|contact|call|e-?mail|ask(?:\s+for)?|reach(?:\s+out\s+to)?|approach|know)\s+{_AT}\s+(?P<whom>{_W})",
        rf"(?:who|whom)\s+to\s+(?:(?:talk|speak|write|turn)\s+(?:to|with)|contact|call|ask|reach)\s+{_AT}\s+(?P<whom>{_W})",
        r"(?:who|whom)\s+(?:do|should|can)\s+(?:i|we)\s+(?:talk|speak|write)\s+to(?:\s+here)?",
    ),
    "approvals": (
        r"what\s+(?:is\s+)?(?:waits?|waiting|needs?|pending)\s*(?:for\s+)?(?:my\s+)?(?:me|approval|a\s+yes|to\s+be\s+approved)?",
        r"what\s+(?:do|must|should|can)\s+i\s+(?:have\s+to\s+|need\s+to\s+)?approve",
        r"(?:show|list|open)\s+(?:me\s+)?(?:the\s+|my\s+|all\s+)?(?:approvals|pending\s+approvals|approvals\s+queue)|pending\s+approvals",
    ),
}  # fmt: skip


# Writing


def _read_draft(text: str) -> Intent | None:
    about = r"(?:\s+(?:about|regarding|re|on|concerning|asking\s+(?:about|for)|to\s+say|saying|that|to\s+ask|to\s+thank|to\s+tell)\s+(?P<topic>.{1,400}))?"
    for pattern in (
        rf"(?:write|compose|draft|send|prepare|create|start)\s+(?:an?\s+|the\s+|new\s+)*(?:short\s+|quick\s+|friendly\s+)?{_MAIL}\s+(?:to|for)\s+(?P<whom>{_W}){about}",
        rf"(?:write|drop|send|shoot|compose)\s+(?:to\s+)?(?P<whom>{_W})\s+(?:an?\s+)(?:short\s+|quick\s+|friendly\s+)?{_MAIL}{about}",
        rf"(?:write|reach\s+out|reply)\s+to\s+(?P<whom>{_W}){about}",
        rf"(?:e-?mail|mail|message|contact)\s+(?P<whom>{_W}){about}",
        rf"(?:draft|write)\s+(?:an?\s+)?(?:new\s+)?{_MAIL}(?P<whom>){about}",
    ):
        if match := _full(pattern, text):
            topic = (match["topic"] or "").strip(" \"'")
            return Intent("", "draft_email", topic=topic, **_people(match["whom"], alone="customer"))
    return None


# Going somewhere


def _read_renewal(text: str) -> Intent | None:
    renewal = r"(?:renewals?|contracts?|price|renewal\s+date|renewal\s+price|notice\s+deadline|engage(?:\s+plan)?)"
    for pattern in (
        rf"(?:show|open|see|go\s+to|display|view|get|give\s+me|find|run)\s+(?:me\s+)?(?:the\s+)?{renewal}\s+(?:for|of|at|with)\s+(?P<whom>{_W})",
        rf"(?:show|open|see|go\s+to|display|view|get|give\s+me|find)\s+(?:me\s+)?(?P<whom>{_W})(?:'s|(?<=s)')\s+{renewal}",
        rf"(?:when|by\s+when)\s+(?:does|do|is|will|are|must)\s+(?P<whom>{_W})\s+(?:renew|renewing|up\s+for\s+renewal|due\s+for\s+renewal|expire|up|have\s+to\s+(?:renew|decide))",
        rf"when\s+(?:is|does|are)\s+(?:the\s+)?{renewal}\s+(?:of|for|at)\s+(?P<whom>{_W})(?:\s+(?:due|up|end|expire|expiring))?",
        rf"when\s+(?:is|does|are)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{renewal}(?:\s+(?:due|up|end|expire|coming\s+up))?",
        rf"(?:what|how\s+much)\s+(?:does|do|is|will)\s+(?P<whom>{_W})\s+(?:pay|paying)(?:\s+(?:us|now|a\s+year|today))*",
        rf"(?:what\s+is|what's|how\s+is)\s+(?:the\s+)?{renewal}\s+(?:of|for|at)\s+(?P<whom>{_W})",
        rf"(?:what\s+is|what's)\s+(?P<whom>{_W})(?:'s|(?<=s)')\s+{renewal}",
        rf"{renewal}\s+(?:for|of|at)\s+(?P<whom>{_W})",
        rf"(?P<whom>{_W})(?:'s|(?<=s)')\s+{renewal}",
        rf"(?:which|what)\s+stage\s+is\s+(?P<whom>{_W})\s+(?:in|at)",
    ):
        if match := _full(pattern, text):
            return Intent("", "show_renewal", customer=_whom(match["whom"]))
    if match := _full(rf"(?:(?:show|open|go\s+to|view)\s+(?:me\s+)?)?(?P<whom>{_W})\s+(?:renewal|contract)", text):
        return Intent("", "show_renewal", customer=_whom(match["whom"]))
    return None


def _read_customer(text: str) -> Intent | None:
    for pattern in (
        rf"(?:show|open|go\s+to|see|display|view|find|look\s+up|pull\s+up|bring\s+up|get|jump\s+to|search|search\s+for|take\s+me\s+to|navigate\s+to)\s+(?:me\s+)?(?:the\s+)?(?:page\s+(?:of|for)\s+|details\s+(?:of|for)\s+)?(?P<whom>{_W})(?:\s+page)?",
        rf"(?:tell\s+me\s+about|how\s+(?:is|are)|who\s+is|what\s+about|summari[sz]e|give\s+me\s+a\s+summary\s+of|what\s+do\s+we\s+know\s+about)\s+(?P<whom>{_W})(?:\s+doing)?",
    ):
        if match := _full(pattern, text):
            return Intent("", "show_customer", **_people(match["whom"], alone="customer"))
    return None


def _read_bare_name(text: str) -> Intent | None:
    """A name alone is a wish to see it; a sentence that is not known is not."""
    if (
        len(text) > 80
        or len(text.split()) > 5
        or re.search(r"[?!]|^(?:yes|no|confirm|cancel|help|undo|stop)$", text, re.IGNORECASE)
    ):
        return None
    return Intent("", "show_customer", customer=_whom(text) or text, is_sure=False)


_READERS: tuple[Callable[[str], Intent | None], ...] = (
    _read_question,
    _read_show_sequences,
    _read_enroll,
    _read_step,
    _read_send,
    _read_upsell,
    _read_outreach,
    _read_resume,
    _read_hold,
    _read_draft,
    _read_renewal,
    _read_customer,
    _read_bare_name,
)
"""Asked in turn; what is more particular comes first."""
