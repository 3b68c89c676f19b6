"""HTML of a mail as text: all of it, and what its writer added. Nothing in it is fetched or run."""

from __future__ import annotations

import re
from typing import Any

import structlog

from emails.providers.texts import clean

LONGEST_HTML = 500_000
LONGEST_TEXT = 200_000
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_XML_DECLARATION = re.compile(r"^\s{0,100}<\?xml[^<>]{0,300}\?>")
_QUOTE_CLASSES = frozenset({"moz-cite-prefix", "gmail_attr", "yahoo_quoted", "protonmail_quote", "zmail_extra",
                            "tutanota_quote", "gmail_signature", "moz-signature", "AppleMailSignature"})  # fmt: skip
_QUOTE_IDS = frozenset({"Signature", "x_Signature", "ms-outlook-mobile-signature", "AppleMailSignature"})
_ALL_BELOW_IDS = frozenset({"divRplyFwdMsg", "x_divRplyFwdMsg", "appendonsend", "x_appendonsend",
                            "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container"})  # fmt: skip
"""What Outlook puts above the letter that is answered: all that follows is quoted."""

log = structlog.get_logger(__name__)


def html_to_texts(html: str) -> tuple[str, str]:
    """Give what the writer added, and all there is; both as text."""
    html = _XML_DECLARATION.sub("", html[:LONGEST_HTML])
    if not html.strip():
        return "", ""
    try:
        tree = _parse(html)
        if full := _render(tree):
            _drop_quotes(tree)
            return _render(tree), full
    except Exception as error:  # whatever a hostile tree leads to
        log.warning("html_not_rendered", error=type(error).__name__)
    text = clean(_TAGS.sub(" ", html))[:LONGEST_TEXT].strip()
    return text, text


def _parse(html: str) -> Any:
    from lxml.html import fromstring

    return fromstring(html)


def _render(tree: Any) -> str:
    from inscriptis import Inscriptis
    from inscriptis.model.config import ParserConfig

    lines = clean(Inscriptis(tree, ParserConfig()).get_text()[:LONGEST_TEXT]).split("\n")
    return "\n".join(line.strip() for line in lines).strip("\n")


def _drop_quotes(tree: Any) -> None:
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.get("id") in _ALL_BELOW_IDS:
            _drop_from(element)
            return
        if _is_quote(element):
            _drop(element)


def _is_quote(element: Any) -> bool:
    classes = set((element.get("class") or "").split())
    if classes & _QUOTE_CLASSES or element.get("id") in _QUOTE_IDS:
        return True
    if element.tag == "blockquote":
        return element.get("type") == "cite" or bool(classes & {"gmail_quote", "cite"})
    # Gmail wraps attribution and quote together with answers in between; a forward has no quote within.
    is_gmail = bool(classes & {"gmail_quote", "gmail_quote_container"})
    return is_gmail and element.find(".//blockquote") is None


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    # The text behind an element belongs to it here, and is the writer's.
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _drop_from(element: Any) -> None:
    """Drop the element and all that follows it in the document."""
    while (parent := element.getparent()) is not None:
        for sibling in list(element.itersiblings()):
            parent.remove(sibling)
        kept = element
        element = parent
        if kept.get("id") in _ALL_BELOW_IDS:
            parent.remove(kept)
        else:
            kept.tail = None
