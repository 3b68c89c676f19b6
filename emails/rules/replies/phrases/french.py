"""French."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (cela|ca|c') (nous|me) (convient|va)
        (sommes|suis|on est) d'accord
        (d'accord|ok|partants?|feu vert|favorables?) pour (renouveler|continuer|le renouvellement|signer|prolonger|poursuivre)
        (nous|on|je) (renouvel~|continu~|prolong~|valid~|accept~|sign~)
        (envoyez|envoyer|envoie|transmettez|adressez) * (contrat|bon de commande|devis a signer|documents)
        (parfait|tres bien|super) pour (nous|moi)
        (c'est|on est) (bon|parfait|ok|valide) (pour nous|de notre cote)?
        (allez-y|allons-y|c'est valide|on y va|on part)
        (heureux|ravis?|contents?) de (renouveler|continuer|poursuivre)
        bon pour accord
        feu vert
        (tres|vraiment|pleinement) (satisfait~|content~)
        (souhait~|aimer~|voul~|voudr~) (renouveler|continuer|poursuivre|prolonger|signer)
        (parfait|tres bien|super|entendu), (nous|on|je) (renouvel~|continu~|sign~|valid~)
    """,
    neutral="""
        bien (recu|note)
        (je|nous|on) (vous)? (reviens|revenons|recontacte|reponds|repondrai|tiens au courant)
        (reviens|reviendrai|revenons) vers vous
        (je|nous|on) (regarde|regardons|etudie|etudions|examine|transmets|transmettons|fais suivre)
        merci pour (votre|ces|cette|les|l'|ce) (message|mail|retour|information~|envoi|precision~)
        en (discuter|parler|parlons|discutons) en interne
    """,
    objection_price="""
        (trop|tres|vraiment|beaucoup trop) (cher|chere|eleve|elevee|couteux|onereux)
        hors de prix
        (augmentation|hausse|prix|tarif~) * (trop|excessi~|inacceptable|importante?|eleve~|injustifie~|difficile)
        (remise|ristourne|rabais|reduction|geste commercial|geste)
        (effort|geste) * (prix|tarif~|commercial)
        (revoir|baisser|diminuer) * (prix|tarif~)
        (plus|superieur) * (que prevu|qu'attendu)
        meilleur (prix|tarif)
        moins cher
        plus cher (que|qu'|qu)
        (prix|tarif~|augmentation|hausse) * (pas|peu|difficilement) (acceptable|justifie~|raisonnable)
        negocier * (prix|tarif~|augmentation)
        (depasse|superieur a|au-dela de) (ce que|nos|notre|mon)
        (trop|tres|vraiment) (elevee?|cheres?|onereuse?)
        (au|le) (meme|tarif actuel|prix actuel) (prix|tarif)?
    """,
    objection_budget="""
        (pas|plus|aucun) (le|de|du)? budget~
        (pas|plus) d'argent
        budget~ * (gele~|reduit~|coupe~|epuise~|serre~|limite~|depasse|supprime~|consomme~|clos|boucle~)
        (gel|coupe|reduction|restriction~) (des|de|du|budgetaire~) (budget~|depenses)?
        (hors|depasse) (notre|le)? budget
        pas * (moyens|fonds|credits)
        restrictions budgetaires
    """,
    objection_competitor="""
        (compar~|etudi~|evalu~|test~|regard~|consult~|explor~) * (concurrent~|concurrence|alternative~|autres? (solution~|fournisseur~|prestataire~|outil~|offre~|editeur~))
        (autre|autres) (fournisseur~|prestataire~|editeur~|solution~) * (propos~|offre|moins cher|choisi)
        (offre|proposition|devis) * (concurren~|d'un autre)
        (changer|change|changeons) de (fournisseur|prestataire|solution|outil)
        (discussion~|contact) avec (un|d') (autre|autres|concurrent~)
        (appel d'offres|mise en concurrence)
        (offre~|proposition~) * (concurrent~|concurrence)
        (discussion~|discut~|negoci~) avec * (concurrent~|autre)
        (un|vos|nos|autre|autres|des|plusieurs) concurrents?
        offres? plus (interessante~|avantageuse~|competitive~)
        moins chere?
    """,
    objection_timing="""
        (pas|mauvais) (le|un)? (bon|mauvais)? (moment|timing)
        (trop|un peu) tot
        (recontacte~|revenez|reparlons|reparlerons|rappelez|relancez|reprenons) * (en (janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)|plus tard|a la rentree|apres|l'annee prochaine|au (prochain)? (trimestre|printemps|second semestre)|dans)
        (l'annee|le trimestre) prochaine?
        (pas|plus) le temps
        (debord~|surcharg~|sous l'eau)
        (reporter|repousser|decaler|remettre) * (plus tard|a|decision)
        pas (tout de suite|maintenant|pour l'instant|encore)
        (besoin de|faut) (plus|davantage) de temps
        dans (quelques|deux|trois|quatre|six) (semaines|mois)
        prochain (trimestre|semestre|exercice)
        (autres|d'autres) priorites
        trop (de choses|charge~|occupe~)
    """,
    question="""
        combien (de|d'|coute|y)
        (quel|quelle|quels|quelles) (est|sont|\\w)
        (ou|quand|comment|pourquoi|qui) (est|sont|se|peut|pouvons|sera|fonctionne)
        (est-ce que|qu'est-ce)
        (pouvez|pourriez|peux|pourrais)-?(vous|tu) (m'|me|nous)
        (une|des|quelques|deux) questions?
    """,
    meeting="""
        (s'appeler|se parler|se voir|s'appelle|se rencontrer|nous appeler|en parler)
        (rendez-vous|rdv|reunion|visio|point telephonique|appel|point) (le|de|pour)? (lundi|mardi|mercredi|jeudi|vendredi|la semaine|demain|prochain~|rapide)
        (fixer|planifier|organiser|prevoir|caler|convenir) * (rendez-vous|rdv|reunion|visio|appel|point|creneau|date)
        (suis|sommes|etes-vous|serais) (disponible~|libre~)
        (lundi|mardi|mercredi|jeudi|vendredi) (a|vers) [0-9]{1,2}
        envoye~ * invitation
        (seriez|etes|serez|es)-(vous|tu) (libre~|disponible~)
        (appelez|appelle)-moi
        (creneau|moment) (pour|demain|cette|la semaine)
    """,
    unsubscribe="""
        desabonn~
        (retire~|enlev~|supprim~|radi~) * (liste~|fichier~|base|adresse)
        desinscri~
        (plus|ne) (recevoir|souhaite~ recevoir|veux recevoir) * (mails?|messages?|e-?mails?|courriels?)
        (cesse~|arrete~) * (ecrire|envoyer|contacter|solliciter)
        ne (me |nous )(contacte~|ecrive~|envoye~) plus
        ne plus (me|nous)? (envoyer|contacter|ecrire|solliciter|recevoir)
        ne plus m'(envoyer|ecrire|adresser|inclure)
        plus (de)? (mails?|emails?|e-mails?|messages?) de votre part
    """,
    wrong_person="""
        pas (la bonne|le bon) (personne|interlocut~|contact)
        (n'est|suis|suis plus|n'est plus) (pas|plus)? (en charge|responsable|de mon ressort|concerne~)
        (plus|pas) (en charge|responsable) (de|du)
        (contacte~|adresse~-vous|voye~|ecri~) (plutot|a|avec)
        mauvaise personne
        (pas|plus) de mon ressort
    """,
    left_company="""
        ne travaille plus
        (a|ai) quitte (la societe|l'entreprise|notre|le groupe|ses fonctions|mes fonctions)
        ne fait plus partie
        n'est plus (chez|parmi|en poste|dans)
        mon dernier jour
    """,
)
WEAK = table(
    positive="""
        (parfait|super|volontiers|avec plaisir|excellent|oui)
        (convient|d'accord)
    """,
    neutral="""
        merci
        (entendu|compris|note)
    """,
    objection_price="""
        (cher|chere|prix|tarif~)
        (hausse|augmentation)
    """,
    objection_budget="""
        budget~
    """,
    objection_competitor="""
        (concurren~|alternative~)
        autre (fournisseur|prestataire|solution)
    """,
    objection_timing="""
        (plus tard|septembre|rentree|trimestre)
        pour l'instant
    """,
    meeting="""
        (rendez-vous|rdv|reunion|visio|appel)
        (lundi|mardi|mercredi|jeudi|vendredi)
        a [0-9]{1,2} ?h
    """,
)
LANGUAGE = Language(
    code="fr",
    strong=STRONG,
    weak=WEAK,
    negators=words("pas plus jamais sans aucun aucune guere"),
    not_only=("pas seulement", "pas que"),
    common=words(
        "le la les et je nous vous est pas un une pour dans de du des ce que qui sur avec merci au en ne votre"
    ),
)
