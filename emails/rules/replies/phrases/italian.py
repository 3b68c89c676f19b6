"""Italian."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (d'accordo|confermo|confermiamo|approvato|affare fatto|accettiamo)
        (va|vanno|per noi va) (bene|benissimo) (per noi|cosi)?
        (procediamo|proseguiamo|rinnoviamo|andiamo avanti|continuiamo)
        (vogliamo|vorremmo|saremmo lieti di|felici di|contenti di) (rinnovare|continuare|proseguire)
        (mandami|mandatemi|invii|inviami|inviateci|mandi|invia) * (contratto|documenti|ordine|accordo)
        (via libera|ci stiamo|contate su di noi)
        (molto|davvero) (contenti|soddisfatti|soddisfatta|felici) (di|del|della|con)
        (vorremmo|vogliamo|desideriamo) (rinnovare|continuare|proseguire)
        (perfetto|ottimo|benissimo), (rinnoviamo|procediamo|confermo|accettiamo)
    """,
    neutral="""
        (ti|vi|le) (rispondo|faccio sapere|aggiorno|facciamo sapere|ricontatto)
        (ci penso|ne parlo|ne parliamo|lo guardo|la guardo|lo giro|la giro|lo valutiamo)
        grazie per (le|la|il|l'|i) (informazioni|messaggio|mail|email|aggiornamento|risposta|chiarimenti)
        (ricevuto|prendo nota|preso nota|ho ricevuto)
    """,
    objection_price="""
        (troppo|molto|davvero|eccessivamente) (caro|cara|alto|alta|costoso|elevato|oneroso)
        (prezzo|aumento|rincaro|costo|tariffa) * (troppo|eccessiv~|inaccettabile|alt~|elevat~|insostenibile)
        (sconto|ribasso|prezzo migliore|riduzione)
        (abbassare|rivedere|ritoccare) * (prezzo|tariffa|offerta)
        (piu di quanto|oltre quanto) (previsto|ci aspettavamo|aspettavamo)
        piu (caro|costoso) (di|del|rispetto)
        (prezzo|aumento) * non (e|ci sembra) (accettabile|ragionevole|giustificat~)
        (negoziare|trattare) * prezzo
        (troppo|molto|davvero) (costoso|costosa|onerosa|elevata)
        non possiamo (permetterci|accettare|sostenere)
        (allo|lo) stesso prezzo
    """,
    objection_budget="""
        (non abbiamo|non c'e|senza|nessun|non ho) (il|piu)? budget
        budget * (tagliat~|congelat~|esaurit~|ridott~|limitat~|bloccat~|finit~)
        (tagli|blocco|congelamento) (al|del|dei|di) (budget|spesa|spese|costi)
        (non abbiamo|mancano) (i)? (fondi|soldi|risorse economiche)
        fuori (dal)? budget
    """,
    objection_competitor="""
        (confrontando|valutando|considerando|esaminando|provando|guardando) * (fornitor~|alternativ~|concorrent~|concorrenza|soluzion~)
        (altro|altri) (fornitore|fornitori) * (offert~|meno|prezzo|propost~)
        (offerta|proposta|preventivo) * (concorren~|altro fornitore)
        (cambiare|cambiamo|cambio) fornitore
        (migliore|altra) (offerta|proposta) da
        (valutando|parlando|trattando) * concorrent~
        passare a un altr~
        (i vostri|vostri|altri) concorrenti
        [0-9]{1,2} ?% in meno
    """,
    objection_timing="""
        non e (il|un)? (buon)? momento (giusto|adatto|migliore)?
        (troppo presto|e presto|brutto momento)
        (risentiamoci|risentirci|ricontatt~|riparliamone|risentiamo|ci risentiamo) * (a|in|dopo|piu avanti|tra) (gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|autunno|l'estate|qualche|il prossimo)?
        (prossimo|prossima) (trimestre|anno|mese|semestre)
        (non abbiamo|non ho|senza) (il)? (tempo|risorse|capacita)
        (rimandare|posticipare|rinviare|piu avanti)
        (sommersi|oberati|molto impegnati)
        (abbiamo bisogno di|serve|ci serve) piu tempo
        (tra|fra) (qualche|due|tre|quattro|sei) (mese|mesi|settimane)
        altre priorita
    """,
    question="""
        (quanto|quanta|quanti|quante) \\w
        (qual e|quali|quale|cosa|come|dove|quando|perche) (e|sono|succede|funziona|include|comprende|si)?
        (puo|puoi|potrebbe|potresti|potete) (dirmi|inviar~|mandar~|confermar~|spiegar~|chiarir~|indicar~|dire)
        (mi|ci) (puo|puoi|sa|sapete) (dire|inviare|mandare|confermare)
        (e|sono) (inclus~|compres~)
        (una|qualche) (domanda|domande|dubbio)
    """,
    meeting="""
        (possiamo|potremmo|riusciamo a|vogliamo) (sentirci|vederci|parlarne|incontrarci|fissare|fare una)
        ci (sentiamo|vediamo|parliamo) * (lunedi|martedi|mercoledi|giovedi|venerdi|domani|settimana|alle)
        (fissare|organizzare|programmare|pianificare) * (chiamata|riunione|incontro|call|appuntamento)
        (lunedi|martedi|mercoledi|giovedi|venerdi) alle [0-9]{1,2}
        (sei|siete|e) (libero|libera|liberi|disponibil~)
        (mandami|invia|manda|mandi) * invito
        (mi chiami|chiamami|mi chiama|chiamatemi)
        (domani|lunedi|martedi|mercoledi|giovedi|venerdi) * (libera|libero|disponibile)
    """,
    unsubscribe="""
        (cancell~|rimuov~|toglie~|elimin~) * (lista|mailing|indirizzo|elenco|database)
        cancellarmi
        disiscri~
        (non|smett~ di|smettete di) (desidero|voglio|mandar~|scriver~|inviar~|contattar~) * (ricevere|piu|mail|email)
        annullare l'iscrizione
        non (inviarmi|mandarmi|scrivermi|contattarmi|inviatemi|mandatemi) piu
    """,
    wrong_person="""
        non sono (io)? (la|il) (persona|referente|responsabile|contatto)
        non (sono|me ne) (piu)? (responsabile|occupo|io)
        (contatt~|scriv~|rivolg~) * (invece|piuttosto)
        persona sbagliata
    """,
    left_company="""
        non lavor(a|o) piu
        non fa(ccio)? piu parte
        (ha|ho) lasciato (l'azienda|la societa)
        mio ultimo giorno
        non e piu (in azienda|con noi)
    """,
)
WEAK = table(
    positive="""
        (perfetto|ottimo|volentieri|certo|si|bene)
    """,
    neutral="""
        grazie
        (ok|capito)
    """,
    objection_price="""
        (caro|cara|prezzo|aumento)
    """,
    objection_budget="""
        budget
    """,
    objection_competitor="""
        (concorren~|alternativ~)
        (altro|altri) fornitor~
    """,
    objection_timing="""
        (adesso|piu tardi|settembre|trimestre)
    """,
    meeting="""
        (chiamata|riunione|incontro|call|appuntamento)
        (lunedi|martedi|mercoledi|giovedi|venerdi)
        alle [0-9]{1,2}
    """,
)
LANGUAGE = Language(
    code="it",
    strong=STRONG,
    weak=WEAK,
    negators=words("non mai senza nessun nessuna"),
    not_only=("non solo",),
    common=words(
        "il la i le che di e non un una per con sono grazie ci mi ti si del al anche piu questo ciao buongiorno"
    ),
)
