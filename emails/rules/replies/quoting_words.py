"""How mail programs announce what they quote, and how people end their letters. Folded: no accents, no capitals."""

from __future__ import annotations

from emails.rules.replies.words import phrases

WROTE = phrases("""
    wrote
    writes
    schrieb
    a ecrit
    escribio
    ha scritto
    schreef
    escreveu
""")
"""The word that ends the line above a quote, or nearly so."""

_LABELS = """
    from sent to cc bcc subject date reply-to importance von gesendet an betreff datum de envoye a objet
    le enviado enviada el para asunto fecha da inviato oggetto data van verzonden aan onderwerp assunto
"""
HEADER_LABELS = frozenset(_LABELS.split())
"""Of the block that Outlook puts above what it quotes."""

SEPARATORS = frozenset(
    phrases("""
    original message
    original appointment
    forwarded message
    begin forwarded message
    ursprungliche nachricht
    originalnachricht
    urspringliche nachricht
    weitergeleitete nachricht
    anfang der weitergeleiteten nachricht
    message d'origine
    message original
    message transfere
    debut du message reexpedie
    mensaje original
    mensaje reenviado
    messaggio originale
    messaggio inoltrato
    inizio messaggio inoltrato
    oorspronkelijk bericht
    doorgestuurd bericht
    mensagem original
    mensagem encaminhada
""")
)

SENT_FROM = phrases("""
    sent from
    get outlook for
    sent via
    sent with
    von meinem
    gesendet von
    outlook fur
    holen sie sich outlook
    envoye de
    envoye depuis
    envoye a partir
    obtenez outlook
    enviado desde
    enviado de
    obtener outlook
    inviato da
    scarica outlook
    verzonden vanaf
    verstuurd vanaf
    obter o outlook
""")

CLOSINGS = frozenset(
    phrases("""
    best
    best regards
    best wishes
    all the best
    regards
    kind regards
    warm regards
    many thanks
    thanks
    thanks and regards
    thank you
    cheers
    sincerely
    yours sincerely
    talk soon
    mit freundlichen grussen
    mit freundlichem gruss
    mit besten grussen
    freundliche grusse
    viele grusse
    beste grusse
    liebe grusse
    schone grusse
    herzliche grusse
    gruss
    grusse
    mfg
    vg
    lg
    danke
    vielen dank
    cordialement
    bien cordialement
    sinceres salutations
    salutations
    bien a vous
    bonne journee
    merci
    merci d'avance
    saludos
    saludos cordiales
    un saludo
    un cordial saludo
    atentamente
    gracias
    muchas gracias
    un abrazo
    cordiali saluti
    distinti saluti
    un saluto
    saluti
    grazie
    a presto
    met vriendelijke groet
    met vriendelijke groeten
    vriendelijke groet
    groet
    groeten
    bedankt
    cumprimentos
    melhores cumprimentos
    com os melhores cumprimentos
    abraco
    obrigado
    obrigada
""")
)

DISCLAIMERS = phrases("""
    this e-?mail and any
    this (e-?mail|message|communication) (is|may be|contains|and)
    the (information|contents) (contained)? in this (e-?mail|message)
    confidentiality notice
    disclaimer
    diese e-?mail enthalt
    diese nachricht (enthalt|ist)
    ce (message|courriel) (et|est|contient|peut)
    este (mensaje|correo) (es|puede|contiene|y)
    questo messaggio (e|contiene)
    dit bericht (is|kan|en)
    think before you print
    please consider the environment
""")

BANNERS = phrases("""
    caution: external
    caution: this e
    external e-mail
    external email
    external sender
    external]
    warning: this e
    this email originated from outside
    this e-mail originated from outside
    this message came from outside
    you don't often get email from
    achtung: externe
""")
"""What a company's server puts above a mail from outside."""
