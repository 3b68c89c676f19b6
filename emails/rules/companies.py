"""What a company is called in running text: "Brightwater Logistics" for "Brightwater Logistics, Inc."."""

from __future__ import annotations

import re

_FORMS = (
    # English
    r"Inc|Incorporated|Corp|Corporation|LLC|L\.L\.C|LLP|L\.L\.P|LP|L\.P|Ltd|Limited|PLC|Plc|plc|Pty|PBC|Co",
    # German, Austrian, Swiss
    r"GmbH|gGmbH|mbH|AG|KG|KGaA|OHG|UG|SE|e\.\s?V|e\.\s?K|eG|Sàrl|Sarl",
    # Romance
    r"S\.?A\.?S?|SARL|S\.A\.R\.L|S\.?p\.?A|S\.?r\.?l|S\.?L\.?U?|Lda|Ltda|S\.A\.\s?de\s?C\.V|S\.A\.B",
    # Dutch, Nordic
    r"B\.?V|N\.?V|AB|A/S|ASA|AS|ApS|Oyj|Oy|hf",
    # Eastern Europe, Asia
    r"Sp\.\s?z\s?o\.\s?o|s\.\s?r\.\s?o|a\.\s?s|d\.\s?o\.\s?o|Kft|Zrt|K\.?K|Pte|Pvt|Bhd|Sdn",
)
_LAST = re.compile(rf"(?P<gap>,?\s+)(?:\(?(?:{'|'.join(_FORMS)})\.?\)?)$")
_CO_KG = re.compile(r",?\s+(?:GmbH|AG|SE|UG)\s*&\s*Co\.?\s*(?:KGaA|KG|OHG)?\.?$")
_DANGLING = re.compile(r"(?:[&+,]|\band|\bund|\bet|\by)$", re.I)


def short_name(name: str) -> str:
    """Leave the legal form off: "Škoda Auto a.s." → "Škoda Auto". A name that is nothing else stays as it is.

    "Tiffany & Co." keeps its ending, which is part of the name.
    """
    full = " ".join(name.split())
    short = _CO_KG.sub("", full)
    while match := _LAST.search(short):
        rest = short[: match.start()].rstrip(" ,")
        if not rest or rest.lower() == "the" or _DANGLING.search(rest):
            break
        short = rest
    return short or full


def possessive(name: str) -> str:
    """ "Acme" → "Acme's", "Brightwater Logistics" → "Brightwater Logistics'"."""
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"
