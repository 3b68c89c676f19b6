"""Languages that people read, by the code on record ("de", "pt-BR")."""

from __future__ import annotations

ENGLISH = "en"
_NAMES = {
    "bg": "Bulgarian",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fi": "Finnish",
    "fr": "French",
    "hr": "Croatian",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


def main_code(code: str) -> str:
    """ "pt-BR" and "pt_br" → "pt"; nothing on record is English."""
    return (code or ENGLISH).replace("_", "-").split("-")[0].strip().lower() or ENGLISH


def is_english(code: str) -> bool:
    return main_code(code) == ENGLISH


def language_name(code: str) -> str:
    """Name the language in English; a code nobody knows is named as such."""
    return _NAMES.get(main_code(code), f"the language “{code}”")
