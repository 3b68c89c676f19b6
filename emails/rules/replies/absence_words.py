"""What automatic answers say: away, has left. In the notation of `words`."""

from __future__ import annotations

from emails.rules.replies.words import phrases

ABSENT = phrases("""
    out of (the)? office
    out of the country
    on (a)? vacation
    on (annual|parental|maternity|paternity|sick|medical)? leave
    on (a)? holiday~
    on pto
    away from (my desk|the office|my e-?mail)
    (i am|i'm|i'll be|i will be) (currently)? (away|out)
    travell?ing
    (limited|no) access to (my)? e-?mail~
    back on
    returning on
    return to the office
    nicht im (buro|hause|haus|dienst)
    nicht am arbeitsplatz
    im urlaub
    auf dienstreise
    nicht erreichbar
    abwesen~
    ausser haus
    in elternzeit
    in mutterschutz
    wieder (im buro|im haus|erreichbar|fur sie da|da|zuruck)
    absente?
    en (conges?|vacances|deplacement)
    hors du bureau
    de retour
    je reviens
    pas joignable
    fuera de (la)? oficina
    de vacaciones
    ausente
    reincorporo
    de viaje
    sin acceso al correo
    regreso
    fuori (ufficio|sede)
    in ferie
    assente
    rientr(o|ero)
    in vacanza
    in trasferta
    in congedo
    afwezig~
    niet op kantoor
    (met|op) vakantie
    fora do escritorio
    de ferias
    regresso a
""")

ABSENT_SUBJECTS = phrases("""
    automatic reply
    auto reply
    auto-reply
    autoreply
    auto:
    out of office
    out of the office
    ooo:
    vacation
    on leave
    automatische antwort
    abwesenheitsnotiz
    abwesenheit
    automatische abwesenheitsnotiz
    nicht im buro
    reponse automatique
    absence
    message d'absence
    absent du bureau
    respuesta automatica
    fuera de la oficina
    ausencia
    risposta automatica
    assenza
    fuori ufficio
    automatisch antwoord
    afwezig
    resposta automatica
    fora do escritorio
""")
"""How the subject of an automatic answer begins; a person's has "Re:" before it."""

LEFT = phrases("""
    no longer (with|at|here|employed|part of|work|works|working)
    (has|have) left (the|our|us)
    left the (company|organi(s|z)ation|firm|business)
    (my|his|her|their) last day
    is my last day
    left * at the (end|beginning|start) of
    has moved on
    (doesn't|does not) work here
    (isn't|is not) with us any.?more
    nicht mehr (bei uns|im unternehmen|im hause?|in unserem|fur unser|fur die|beim unternehmen)
    nicht mehr * (tatig|beschaftigt|angestellt)
    arbeitet nicht mehr
    (unternehmen|firma) verlassen
    mein letzter (arbeits)?tag
    ausgeschieden
    ne travaille plus
    (a|ai) quitte (la societe|l'entreprise|notre|le groupe|ses fonctions|mes fonctions)
    ne fait plus partie
    n'est plus (chez|parmi|en poste|dans)
    mon dernier jour
    ya no trabaj(a|o)
    ya no form(a|o) parte
    (ha|he) dejado (la empresa|la compania)
    mi ultimo dia
    ya no esta en la empresa
    non lavor(a|o) piu
    non fa(ccio)? piu parte
    (ha|ho) lasciato (l'azienda|la societa)
    mio ultimo giorno
    niet meer werkzaam
    werkt niet meer
    uit dienst
    mijn laatste werkdag
    ja nao (trabalha|faz parte)
    deixou a empresa
""")
