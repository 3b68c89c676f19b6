"""Dutch."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (akkoord|goedgekeurd|bevestigd)
        (we|wij|ik) (gaan akkoord|verlengen|gaan door|willen verlengen|doen mee)
        (stuur|stuurt|verstuur) * (contract|overeenkomst|stukken)
        (klinkt|ziet er) goed~
        (prima|uitstekend) voor ons
        groen licht
    """,
    neutral="""
        (ik|we|wij) (kom|komen|laat|laten) * (terug|weten)
        (ik|we|wij) (kijk|kijken|bekijk|bekijken|bespreek|bespreken) * (naar|intern|het)
        bedankt voor (de|je|uw|het) (informatie|bericht|mail|toelichting)
        (ontvangen|genoteerd)
    """,
    objection_price="""
        te (duur|hoog|prijzig)
        (prijs~|verhoging|prijsverhoging|stijging) * (te hoog|niet acceptabel|onacceptabel|fors|stevig)
        (korting|lagere prijs|betere prijs)
        aan de prijs
        meer dan * verwacht
    """,
    objection_budget="""
        geen (budget|geld|middelen)
        budget~ * (bevroren|gekort|op|beperkt|verlaagd)
        (bezuinig~|budgetstop)
    """,
    objection_competitor="""
        (vergelijken|onderzoeken|bekijken|testen|evalueren) * (andere|alternatiev~|concurrent~|aanbieder~|leverancier~)
        (offerte|aanbod|aanbieding) * (concurrent~|andere (partij|leverancier|aanbieder))
        (overstappen|stappen over)
    """,
    objection_timing="""
        (geen|niet het|niet) (goed|juiste|goede) moment
        te vroeg
        (volgend|komend) (kwartaal|jaar)
        (geen|te weinig) (tijd|capaciteit)
        (later|uitstellen|na de zomer)
    """,
    question="""
        (hoeveel|wat is|wat zijn|waar|wanneer|welke|hoe) \\w
        (kunt u|kun je|kan je|zou u|zou je) \\w
        (een|enkele|nog een) (vraag|vragen)
    """,
    meeting="""
        (kunnen we|zullen we|zouden we) * (bellen|spreken|afspreken|overleggen)
        (afspraak|belafspraak|gesprek|overleg) * (maken|inplannen|plannen)
        (maandag|dinsdag|woensdag|donderdag|vrijdag) om [0-9]{1,2}
    """,
    unsubscribe="""
        (afmelden|uitschrijven)
        geen (e-?mails?|mails?|berichten) meer
        (verwijder|haal) * (lijst|mailinglijst|adres)
    """,
    wrong_person="""
        niet de juiste (persoon|contactpersoon)
        niet (meer)? (verantwoordelijk|mijn)
        (neem|neemt) contact op met
    """,
    left_company="""
        (werkt|werk) niet meer (bij|hier|voor)
        niet meer werkzaam
        uit dienst
        mijn laatste werkdag
    """,
)
WEAK = table(
    positive="(prima|graag|mooi|perfect|ja)",
    neutral="(bedankt|dank je|dank u|ok|begrepen)",
    objection_price="(duur|prijs)",
    meeting="(maandag|dinsdag|woensdag|donderdag|vrijdag|bellen|afspraak)",
)
LANGUAGE = Language(
    code="nl",
    strong=STRONG,
    weak=WEAK,
    negators=words("niet geen nooit zonder"),
    not_only=("niet alleen",),
    common=words("de het een en ik we wij je u is niet voor van op dat dit met zijn aan ons graag groet beste kunnen"),
)
