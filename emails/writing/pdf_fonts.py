"""The fonts of our PDFs: Helvetica, which every reader has, or where its letters do not suffice Vera, embedded.

Vera comes with reportlab and knows Ł, Š, Č, Ğ and the like. Chinese, Japanese and Korean letters are drawn with the
fonts that the PDF standard names for them, which readers bring along and nobody embeds. The letters of none of them are
written by the nearest one, or by their Latin sound.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from emails.rules.transliteration import fit_letters

_REGISTERING = threading.Lock()


@dataclass(frozen=True)
class EasternFont:
    """A font of the PDF standard for one script. codec: the character set whose letters it has."""

    name: str
    codec: str

    def __contains__(self, letter: object) -> bool:
        return _is_eastern(str(letter)) and _can_encode(str(letter), self.codec)


JAPANESE = EasternFont("HeiseiKakuGo-W5", "cp932")
KOREAN = EasternFont("HYGothic-Medium", "cp949")
SIMPLIFIED = EasternFont("STSong-Light", "gb2312")
TRADITIONAL = EasternFont("MSung-Light", "big5")


@dataclass(frozen=True)
class FontFamily:
    """A regular and a bold font with the letters that both have. eastern: what draws the letters of the East."""

    regular: str
    bold: str
    letters: Container[str]
    eastern: Sequence[EasternFont] = ()

    def fit(self, text: str) -> str:
        """Give the text in letters that can be drawn."""
        return fit_letters(text, self)

    def __contains__(self, letter: object) -> bool:
        return letter in self.letters or any(letter in font for font in self.eastern)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Measure a text that fits, in points."""
        return sum(float(stringWidth(part, font, size)) for font, part in self.split(text, bold=bold))

    def draw(
        self, canvas: Canvas, x: float, y: float, text: str, *, size: float, bold: bool = False, centred: bool = False
    ) -> None:
        """Draw a text that fits, from x on or with its middle there."""
        if centred:
            x -= self.width(text, size, bold=bold) / 2
        for font, part in self.split(text, bold=bold):
            canvas.setFont(font, size)
            canvas.drawString(x, y, part)
            x += float(stringWidth(part, font, size))

    def marked(self, text: str, *, bold: bool = False) -> str:
        """Give any text for a paragraph of reportlab, which reads markup, in letters that can be drawn."""
        own = self.bold if bold else self.regular
        return "".join(
            _escape(part) if font == own else f'<font name="{font}">{_escape(part)}</font>'
            for font, part in self.split(self.fit(text), bold=bold)
        )

    def split(self, text: str, *, bold: bool = False) -> list[tuple[str, str]]:
        """Part a text where another font begins. The eastern ones have no bold."""
        own = self.bold if bold else self.regular
        if not self.eastern:
            return [(own, text)]

        def font_of(letter: str) -> str:
            return next((font.name for font in self.eastern if letter in font), own)

        return [(font, "".join(letters)) for font, letters in groupby(text, font_of)]


class _WesternLetters:
    """What the PDF's own fonts can write: Windows' Western letters."""

    def __contains__(self, letter: object) -> bool:
        return _can_encode(str(letter), "cp1252")


HELVETICA = FontFamily("Helvetica", "Helvetica-Bold", _WesternLetters())
_NO_MATTER = {"−": "-", "\u00a0": " ", "\u202f": " "}


def choose_family(texts: Iterable[str]) -> FontFamily:
    """Choose one family for the whole document."""
    letters = {_NO_MATTER.get(letter, letter) for text in texts for letter in text}
    eastern = _choose_eastern(letters)
    western = [letter for letter in letters if not any(letter in font for font in eastern)]
    family = HELVETICA if all(letter in HELVETICA.letters for letter in western) else _vera()
    return FontFamily(family.regular, family.bold, family.letters, eastern) if eastern else family


def _choose_eastern(letters: Iterable[str]) -> Sequence[EasternFont]:
    """Whose letters they are, its font first: each of them writes the shared ones in its own way."""
    found = [letter for letter in letters if _is_eastern(letter)]
    if not found:
        return ()
    if any("\u3040" <= letter <= "\u30ff" for letter in found):
        first = JAPANESE
    elif any("\uac00" <= letter <= "\ud7a3" for letter in found):
        first = KOREAN
    else:
        first = max((SIMPLIFIED, TRADITIONAL), key=lambda font: sum(letter in font for letter in found))
    fonts = (first, *(font for font in (SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN) if font != first))
    _register(tuple(font.name for font in fonts))
    return fonts


def _is_eastern(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7a3" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uffef"


def _can_encode(letter: str, codec: str) -> bool:
    try:
        letter.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=4)
def _register(names: tuple[str, ...]) -> None:
    with _REGISTERING:
        for name in names:
            pdfmetrics.registerFont(UnicodeCIDFont(name))
            # Paragraphs ask which family a font is of, and whether it is its bold one.
            for bold in (0, 1):
                for italic in (0, 1):
                    addMapping(name, bold, italic, name)


@lru_cache(maxsize=1)
def _vera() -> FontFamily:
    with _REGISTERING:
        regular, bold = TTFont("Vera", "Vera.ttf"), TTFont("VeraBd", "VeraBd.ttf")
        for font in (regular, bold):
            pdfmetrics.registerFont(font)
    shared = set(regular.face.charToGlyph) & set(bold.face.charToGlyph)
    return FontFamily("Vera", "VeraBd", frozenset(chr(code) for code in shared))
