"""What people write when they want something, by language and class; in the notation of `words`.

A strong phrase says it by itself; a weak one only adds to others.
"""

from emails.rules.replies.phrases import dutch, english, french, german, italian, portuguese, spanish
from emails.rules.replies.phrases.shape import Language

LANGUAGES: tuple[Language, ...] = (
    english.LANGUAGE,
    german.LANGUAGE,
    french.LANGUAGE,
    spanish.LANGUAGE,
    italian.LANGUAGE,
    dutch.LANGUAGE,
    portuguese.LANGUAGE,
)
