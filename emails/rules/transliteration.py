"""Writing a text with the letters that a font has: "Dvořák" becomes "Dvorák" where there is no "ř"; never "Dvo?ák"."""

from __future__ import annotations

import unicodedata
from collections.abc import Container


def _table(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_CYRILLIC = _table("""
    а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh
    щ shch ы y э e ю yu я ya і i ї yi є ye ґ g ў u ј j ѕ dz ћ c ђ dj љ lj њ nj џ dz
""") | {"ъ": "", "ь": ""}
_GREEK = _table("""
    α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
""")
_ARABIC = _table("""
    ا a أ a إ i آ a ٱ a ب b ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t ظ z ع a غ gh ف f ق q ك k ل l م m
    ن n ه h و w ي y ى a ة a ؤ w ئ y پ p چ ch ژ zh گ g ک k ی y ، , ؛ ;
""") | {"ء": "", "ـ": "", "؟": "?"}
_HEBREW = _table("""
    א a ב b ג g ד d ה h ו v ז z ח h ט t י y כ k ך k ל l מ m ם m נ n ן n ס s ע a פ p ף p צ ts ץ ts ק k ר r ש sh ת t
""")
_OTHER = {
    "ł": "l",
    "đ": "d",
    "ø": "o",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "ng",
    "ı": "i",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ə": "e",
    "−": "-",
    "‑": "-",
    "’": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}
_CASELESS = _ARABIC | _HEBREW
_PLAIN = _CYRILLIC | _GREEK | _CASELESS | _OTHER
UNKNOWN = "?"


def fit_letters(text: str, known: Container[str]) -> str:
    """Write each letter that is not known by its base letter or its Latin sound; what has neither is a "?".

    A word of a script without capitals begins with one: mostly it is a name.
    """
    fitted, before = [], " "
    for letter in unicodedata.normalize("NFC", text):
        plain = _fit(letter, known)
        begins = letter in _CASELESS and letter not in known and not before.isalnum()
        fitted.append(plain[:1].upper() + plain[1:] if begins else plain)
        before = letter if plain else before
    return "".join(fitted)


def _fit(letter: str, known: Container[str]) -> str:
    if letter in known:
        return letter
    if letter.lower() in _PLAIN:
        plain = _PLAIN[letter.lower()]
        return plain if letter == letter.lower() else plain[:1].upper() + plain[1:]
    if (digit := unicodedata.decimal(letter, None)) is not None and str(digit) in known:
        return str(digit)
    base = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if base != letter:
        return "".join(_fit(part, known) for part in base)
    return "" if unicodedata.category(letter) in ("Mn", "Cf", "Cc") else UNKNOWN
