"""The fonts of our PDFs: Helvetica, which every reader has, or where its letters do not suffice Vera, embedded.

Vera comes with reportlab and knows Ł, Š, Č, Ğ and the like; the letters of neither are written by the nearest one.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from emails.rules.transliteration import fit_letters

_REGISTERING = threading.Lock()


@dataclass(frozen=True)
class FontFamily:
    """A regular and a bold font with the letters that both have."""

    regular: str
    bold: str
    letters: Container[str]

    def fit(self, text: str) -> str:
        return fit_letters(text, self.letters)


class _WesternLetters:
    """What the PDF's own fonts can write: Windows' Western letters."""

    def __contains__(self, letter: object) -> bool:
        try:
            str(letter).encode("cp1252")
        except UnicodeEncodeError:
            return False
        return True


HELVETICA = FontFamily("Helvetica", "Helvetica-Bold", _WesternLetters())
_NO_MATTER = {"−": "-", "\u00a0": " ", "\u202f": " "}


def choose_family(texts: Iterable[str]) -> FontFamily:
    """Choose one family for the whole document."""
    letters = {_NO_MATTER.get(letter, letter) for text in texts for letter in text}
    return HELVETICA if all(letter in HELVETICA.letters for letter in letters) else _vera()


@lru_cache(maxsize=1)
def _vera() -> FontFamily:
    with _REGISTERING:
        regular, bold = TTFont("Vera", "Vera.ttf"), TTFont("VeraBd", "VeraBd.ttf")
        for font in (regular, bold):
            pdfmetrics.registerFont(font)
    shared = set(regular.face.charToGlyph) & set(bold.face.charToGlyph)
    return FontFamily("Vera", "VeraBd", frozenset(chr(code) for code in shared))
