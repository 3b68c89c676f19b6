"""German. Folded: "ü" is "u", "ß" is "s"; where the Swiss write "ss" both are given."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (passt|klingt|sieht) * (fur uns|gut|super|prima)
        (wir|ich) * (verlangern|nehmen * an|machen weiter|machen mit|sind dabei|stimmen zu)
        gerne? (verlangern|weiter|annehmen)
        (bitte|gerne) verlangern
        (einverstanden|genehmigt|freigegeben|bestatigt|abgemacht)
        (schicken|senden|ubersenden) * (vertrag|unterlagen|angebot zur unterschrift|auftragsbestatigung)
        (sind|bin) (dabei|einverstanden)
        grunes licht
        (konnen|konnt) (loslegen|starten)
        machen wir so
        machen wir gerne
        (in ordnung|geht klar)
        zufrieden * (verlangern|weiter)
        (zufrieden|begeistert|glucklich) mit
        (freuen|freue) (uns|mich) auf * (zusammenarbeit|jahr)
        (mochten|wollen|wurden) * (verlangern|weitermachen|fortsetzen|weiterfuhren)
        machen (wir|das) (das|es)? so
        (freue|freuen) (mich|uns) auf (das|die|ein|eine|weitere)
        (bin|sind|ist) (zufrieden|happy)
    """,
    neutral="""
        (melde|melden) (mich|uns)
        komme * (auf sie|auf dich) zu
        (schaue|sehe|schau) * (mir|es|das) (mir)? (das|es)? an
        (leite|gebe|reiche) * weiter
        (danke|dank) fur (die|ihre|deine|den|das) (info~|nachricht|mail|e-mail|ruckmeldung|hinweis|zusendung|unterlagen)
        (besprechen|prufen|diskutieren) * intern
        (intern|im team) (besprechen|prufen|abstimmen|klaren)
        zur kenntnis
        (habe|haben) * erhalten
    """,
    objection_price="""
        zu (teuer|hoch|kostspielig|viel geld)
        (preis~|erhohung|preiserhohung|steigerung|aufschlag|kosten|angebot) * (zu hoch|nicht akzeptabel|nicht akzeptieren|nicht mittragen|nicht nachvollziehbar|uberzogen|inakzeptabel|happig)
        (preiserhohung|preissteigerung|erhohung) * (ablehnen|widersprechen|nicht)
        (rabatt|nachlass|preisnachlass|skonto)
        am preis * (machen|tun|etwas|drehen|nachbessern)
        (gunstiger|billiger) (anbieten|werden|geht)
        preislich * (entgegen|nicht|zu)
        (mehr als|hoher als) * (erwartet|geplant|gedacht)
        (konnen|kann) * nicht leisten
        entgegenkommen
        (preis~|erhohung|preiserhohung|steigerung) * (nicht|kaum|schwer) (akzeptabel|gerechtfertigt|vertretbar|nachvollziehbar|vermittelbar)
        teurer als
        (preis~|konditionen) * (senken|reduzieren|nachverhandeln|verhandeln|verbessern)
        (muss|mussen) (ich|wir)? leider (passen|ablehnen|absagen)
        (preis~|kosten) * (sprengt|sprengen|uber unseren|uber unserem)
        (sehr|recht|ziemlich|extrem|deutlich) (teuer|hoch)
        (zum|beim) (alten|bisherigen|jetzigen|gleichen) preis
    """,
    objection_budget="""
        kein~ (budget|geld|mittel)
        (budget~|mittel|haushalt|etat) * (gekurzt|gestrichen|eingefroren|erschopft|aufgebraucht|ausgeschopft|knapp|begrenzt|nicht)
        (nicht|sprengt) (im|das|unser|unserem) budget
        (budgetsperre|haushaltssperre|ausgabenstopp|budgetstopp|sparmasnahmen|sparmassnahmen|sparkurs)
        nicht eingeplant
        (mussen|muss) * sparen
    """,
    objection_competitor="""
        (vergleichen|prufen|evaluieren|testen|sondieren|sichten) * (anbieter~|alternativ~|wettbewerb~|losungen|mitbewerber~|konkurrenz)
        (angebot~) * (wettbewerb~|mitbewerb~|konkurrenz|ander~ anbieter~)
        (wettbewerber~|mitbewerber~|konkurrenz|ander~ anbieter~) * (gunstiger|angebot~|billiger)
        (wechseln|wechsel) * (anbieter|zu)
        anbieter (wechseln|wechsel)
        anbieterwechsel
        ander~ anbieter~ * (entschieden|gewahlt)
        (besseres|gunstigeres|anderes|alternatives) angebot
        (gesprach~|verhandl~|kontakt) mit * (anbieter~|wettbewerb~|mitbewerb~)
        (uberlegen|erwagen) * (wechseln|wechsel|umzusteigen)
        (noch|auch|parallel|gerade|derzeit) * (andere|anderen|zwei|drei|weitere|verschiedene) (losung~|anbieter~|tool~|produkt~|system~)
        ander~ (losung~|anbieter~|tool~|produkt~) (an|im|in)
    """,
    objection_timing="""
        (passt|past) * (zeitlich|gerade|momentan|derzeit) nicht
        (nicht|kein~|schlechter|ungunstiger|falscher) (der)? (guter|richtiger|richtige|gute|passender|passende)? (zeitpunkt|moment)
        (zu fruh|verfruht)
        (keine|nicht die|keinerlei) (zeit|kapazitat~|ressourcen)
        (im|ins) (herbst|fruhjahr|sommer|winter|nachsten quartal|nachsten jahr|kommenden jahr|neuen jahr|dritten quartal|vierten quartal)
        (nachstes|kommendes) (jahr|quartal)
        (spater|erst im|erst nach|verschieben|vertagen|zuruckstellen)
        (kommen|melden) * (wieder|noch einmal|nochmal) (auf uns zu)?
        land unter
        (brauchen|benotigen) * mehr zeit
        in (ein paar|zwei|drei|vier|sechs|einigen) (wochen|monaten)
        (nachstes|nachsten|nachstem) (quartal|jahr|monat)
        (andere|anderen|wichtigere) prioritaten
        viel (um die ohren|los|zu tun)
    """,
    question="""
        wie (viele|viel|lange|oft|hoch|funktioniert|sieht|ist|wird|werden)
        was (ist|kostet|passiert|bedeutet|genau|sind|ware)
        (welche|welcher|welches|welchen) \\w
        (wo|wann|warum|wieso|wer|ab wann|bis wann) (ist|sind|wird|werden|lauft|liegen|kann|konnen)
        (konnen|konnten|kannst|konntest|wurden) (sie|du) (mir|uns) (bitte)?
        (ist|sind|gibt es|gilt|enthalt|lauft) * (enthalten|inklusive|dabei|moglich|inbegriffen)
        (frage|fragen|ruckfrage)
    """,
    meeting="""
        (konnen|konnten|wollen|sollen) wir * (telefonieren|sprechen|treffen|zusammensetzen|reden)
        (telefonat|termin|videocall|besprechung|gesprach) * (vereinbaren|ausmachen|machen|finden|ansetzen)
        (vereinbaren|ansetzen|einstellen) * (termin|telefonat|gesprach)
        (passt|past) (ihnen|dir|es ihnen|mir) * (montag|dienstag|mittwoch|donnerstag|freitag|uhr|morgen|nachste woche|gut)
        (montag|dienstag|mittwoch|donnerstag|freitag) (passt|past|geht|ware|um|vormittag|nachmittag)
        (schicken|senden|stellen) * (einladung|termin)
        (kurzes|kurz) (telefonat|gesprach|telefonieren|sprechen)
        (rufen|ruf) * an
        (rufen|ruf) (sie|mich)? (mich)? (gerne|bitte|gern)? an
        ab [0-9]{1,2} uhr
        (morgen|ubermorgen|montag|dienstag|mittwoch|donnerstag|freitag) * (erreichbar|zeit|verfugbar)
    """,
    unsubscribe="""
        (aus|von) (ihrem|ihrer|dem|der|diesem|eurem) (verteiler|liste|mailingliste|e-?mail.verteiler|newsletter)
        (abmelden|austragen|abbestellen|abmeldung)
        keine (weiteren|mehr) (e-?mails?|mails?|nachrichten|newsletter)
        keine * (e-?mails?|mails?|nachrichten) mehr
        nicht (mehr|weiter) (anschreiben|kontaktieren|schreiben)
        (loschen|entfernen) * (adresse|daten|e-?mail)
        keine weiteren (e-?mails?|mails?|nachrichten)
        (nehmen|streichen|loschen) * (verteiler|liste)
    """,
    wrong_person="""
        nicht (mehr)? (zustandig|verantwortlich)
        nicht (der|die) (richtige|korrekte) (ansprechpartner~|person|kontakt)
        falsche~ (ansprechpartner~|person)
        (ansprechpartner~|zustandig) ist (jetzt|nun|ab)
        (wenden|wende) * (an|bitte) (herrn|frau)
        nicht mein (bereich|thema)
    """,
    left_company="""
        arbeitet nicht mehr
        nicht mehr (bei uns|im unternehmen|im hause?|in unserem unternehmen|in der firma)
        nicht mehr * (tatig|beschaftigt|angestellt)
        (unternehmen|firma) verlassen
        mein letzter (arbeits)?tag
        ausgeschieden
    """,
)
WEAK = table(
    positive="""
        (gerne|super|prima|perfekt|klasse|toll|sehr gut)
        (gut|ja)
    """,
    neutral="""
        (danke|vielen dank|besten dank|herzlichen dank)
        (verstanden|alles klar|okay|ok)
    """,
    objection_price="""
        (teuer|teurer)
        (preis~|erhohung|kosten|prozent)
    """,
    objection_budget="""
        (budget~|etat|mittel|geld)
        vorjahr
    """,
    objection_competitor="""
        (anbieter~|wettbewerb~|konkurrenz|alternative~|mitbewerb~)
        gunstiger~
    """,
    objection_timing="""
        (momentan|derzeit|gerade|im moment)
        (spater|quartal)
    """,
    meeting="""
        (telefonat|termin|telefonieren|gesprach|besprechung)
        (montag|dienstag|mittwoch|donnerstag|freitag)
        um [0-9]{1,2}
    """,
)
LANGUAGE = Language(
    code="de",
    strong=STRONG,
    weak=WEAK,
    negators=words("nicht kein keine keinen keinem keiner nie niemals ohne kaum"),
    not_only=("nicht nur",),
    common=words(
        "der die das und ich wir sie ist nicht ein eine fur mit auf den dem im zu bitte es uns ihnen mir wird auch"
    ),
)
