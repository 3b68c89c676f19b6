"""What a reply to an introduction comes to: yes, no or maybe.

Source: upsell-workflow, "reply", read as DESIGN, section 5.

An objection is a reason to talk, not a refusal; a refusal is one by its own words. A machine's mail answers nothing.
"""

from __future__ import annotations

import re

from emails.enums import OBJECTION_CLASSES, ReplyClass
from outreach.enums import UpsellReply

BY_CLASS = {
    ReplyClass.POSITIVE: UpsellReply.YES,
    ReplyClass.MEETING: UpsellReply.YES,
    ReplyClass.NEUTRAL: UpsellReply.MAYBE,
    ReplyClass.QUESTION: UpsellReply.MAYBE,
    ReplyClass.UNSUBSCRIBE: UpsellReply.NO,
    **dict.fromkeys(OBJECTION_CLASSES, UpsellReply.MAYBE),
}
"""Who has left, or was the wrong person, has answered nothing."""

MOST_READ = 2_000

_LATER = re.compile(
    r"\b(?:not (?:right )?now|not (?:yet|today|at (?:this|the) (?:time|moment|point))|maybe later"
    r"|later (?:this|in the|on)|next (?:year|quarter|budget)|revisit|circle back|come back to (?:this|it|you))\b",
    re.I,
)
_REFUSED = re.compile(
    r"\bno,? (?:thanks|thank you|thankyou)\b|\bnot interested\b|\bno interest\b|\b(?:we|i)(?:'ll|’ll| will) pass\b"
    r"|\bnot (?:a fit|for us|something (?:we|i) (?:need|want))\b|\b(?:we|i) (?:don't|don’t|do not) (?:need|want)\b"
    r"|\bplease (?:do not|don't|don’t|stop)\b"
    r"|\b(?:we|i)(?:'re|’re|'m|’m| are| am) (?:happy|fine|good|set) (?:as|with)\b"
    r"|\b(?:have to|must|need to) decline\b|\b(?:kein interesse|nein,? danke|non,? merci|no,? gracias|no,? grazie"
    r"|nee,? bedankt|pas intéressés?|não,? obrigad[oa])\b",
    re.I,
)
_PLAIN_NO = re.compile(r"^\W*(?:no|nope|nein|non|nee)\W*$", re.I | re.M)


def read_answer(classification: str, text: str, *, by_model: bool = False) -> UpsellReply | None:
    """Read what a person answered; None where it is no answer. text: without what it quotes and without signature.

    by_model: a model alone gave the class. Its yes is a maybe until a person confirms it, since whoever wrote the mail
    may have written it for the model.
    """
    try:
        found = BY_CLASS.get(ReplyClass(classification))
    except ValueError:
        return None
    if found is UpsellReply.YES and by_model:
        found = UpsellReply.MAYBE
    if found is None or found is UpsellReply.NO:
        return found
    read = text[:MOST_READ]
    if classification == ReplyClass.MEETING and not by_model:
        return found
    if _LATER.search(read):
        return UpsellReply.MAYBE
    first = next((line for line in read.splitlines() if line.strip()), "")
    return UpsellReply.NO if _REFUSED.search(read) or _PLAIN_NO.match(first) else found
