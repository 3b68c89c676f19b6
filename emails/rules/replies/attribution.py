"""The line above a quote: "On Wed, Mar 4, 2026 at 10:12 AM Dana Whitfield wrote:".

Our own rule knows the languages that we read. For the others the tables of mail-parser-reply are asked, about one short
line: over a whole mail its patterns take cubic time, and it takes "Thanks, that works" and the points of a list for a
signature.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailparser_reply import EmailReplyParser

from emails.rules.replies.quoting_words import WROTE
from emails.rules.replies.words import fold

LONGEST_ASKED = 250
MOST_WORDS_BEHIND = 12
_OTHERS = ["cs", "da", "ja", "ko", "pl", "sv", "zh"]
_WHEN_OR_WHO = re.compile(
    r"\d{1,4}[./\-:]\d{1,2}|\d{1,2}\.?\s[a-z]{3,10}|[a-z]{3,10}\s\d{1,2}|@[a-z0-9.-]{3,}|\b20\d\d\b"
)
_WROTE = re.compile(r"\b(?:" + "|".join(WROTE) + r")\b")


@lru_cache(maxsize=512)
def is_attribution(line: str) -> bool:
    """This will say whether a line that ends with a colon announces a quote: who wrote, and when or from where."""
    folded = fold(line)
    if (wrote := _WROTE.search(folded)) and _WHEN_OR_WHO.search(folded):
        return len(folded[wrote.end() :].split()) <= MOST_WORDS_BEHIND
    if folded.isascii() and not folded.startswith(("d", "m", "t", "o", "f", "l", "s", "0", "1", "2", "3")):
        return False
    return len(line) <= LONGEST_ASKED and _ask_others(line)


def _ask_others(line: str) -> bool:
    replies = EmailReplyParser(languages=[*_OTHERS]).read(line).replies
    return any(reply.headers for reply in replies)
