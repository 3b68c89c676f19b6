"""Months, weekdays and the small words of dates, in the languages in which absences are read. Folded: no accents."""

from __future__ import annotations

_MONTHS = (
    "january jan januar janner janvier janv enero ene gennaio gen januari janeiro",
    "february feb februar fevrier fevr febrero febbraio februari fevereiro fev",
    "march mar marz mrz mars marzo maart mrt marco",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
_WEEKDAYS = (
    "monday mon montag lundi lunes lunedi maandag segunda-feira",
    "tuesday tue dienstag mardi martes martedi dinsdag terca-feira",
    "wednesday wed mittwoch mercredi miercoles mercoledi woensdag quarta-feira",
    "thursday thu donnerstag jeudi jueves giovedi donderdag quinta-feira",
    "friday fri freitag vendredi viernes venerdi vrijdag sexta-feira",
    "saturday sat samstag sonnabend samedi sabado sabato zaterdag",
    "sunday sun sonntag dimanche domingo domenica zondag",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}

# In English alone the month may stand first.
MONTHS_BEFORE_DAYS = frozenset(
    [
        "january",
        "jan",
        "february",
        "feb",
        "march",
        "mar",
        "april",
        "apr",
        "may",
        "june",
        "jun",
        "july",
        "jul",
        "august",
        "aug",
        "september",
        "sep",
        "sept",
        "october",
        "oct",
        "november",
        "nov",
        "december",
        "dec",
    ]
)
TOMORROW = ("tomorrow", "morgen", "demain", "manana", "domani", "amanha")

BACK = (
    "back", "return", "returning", "returns", "resume", "wieder", "zuruck", "de retour", "reviens", "reviendrai",
    "rentre", "rentrerai", "regreso", "regresare", "vuelvo", "volvere", "de vuelta", "reincorporo", "reincorporare",
    "torno", "tornero", "rientro", "rientrero", "rientra", "di ritorno", "weer", "terug", "regresso", "regressarei",
    "volto", "voltarei", "de volta", "retour",
)  # fmt: skip
"""Before a date: it is the first day back."""

BACK_BEHIND = ("wieder", "zuruck", "weer", "terug", "back in", "be back", "am back")
"""Behind a date: it is the first day back."""

UNTIL = (
    "until", "till", "til", "through", "thru", "bis", "bis zum", "bis einschliesslich", "bis einschlieslich",
    "bis inkl.", "bis inklusive", "bis und mit", "jusqu'au", "jusqu'a", "hasta", "hasta el", "hasta el dia",
    "fino al", "fino a", "sino al", "tot", "tot en met", "t/m", "ate", "ate ao", "ate a", "ate dia",
)  # fmt: skip
"""Before a date: the absence ends there."""

TO = ("to", "au", "al", "a", "ao", "-", "–", "and", "e")
"""Between two dates: the absence ends with the second."""

UNTIL_BACK_THAT_DAY = frozenset({"until", "till", "til"})
"""In English who is away until the 9th is usually back on the 9th; elsewhere the day named is the last one away."""

INCLUSIVE = ("inclus", "incluse", "inclusive", "included", "compris", "incluido", "inclusive", "compreso", "einschl")
BETWEEN = (
    "on", "the", "of", "next", "am", "den", "dem", "der", "nachsten", "kommenden", "le", "la", "el", "dia", "prochain",
    "proximo", "prossimo", "il", "op", "de", "du", "em", "no", "na", "dia", "this", "coming", "volgende", "to", "in",
    "the", "office", "at", "work", "ins", "im", "buro", "bureau", "au", "al", "a", "ufficio", "oficina",
)  # fmt: skip
"""May stand between such a word and its date."""
