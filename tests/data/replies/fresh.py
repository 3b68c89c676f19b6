"""Held out as well: answers in free and indirect words, written when the rules were done and asked once."""

from __future__ import annotations

from tests.data.replies.shape import Mail

MAILS = [
    Mail("en", "gmail", "positive", "You've made this an easy one. Renew us under the terms you sent."),
    Mail("en", "gmail", "positive", "The board signed off this morning, so feel free to book it."),
    Mail("en", "gmail", "positive", "No need to discuss, we want to stay."),
    Mail("en", "gmail", "positive", "Agreed. Where do I sign?"),
    Mail("en", "gmail", "neutral", "Thank you Dana, I'll put it on the agenda for our next leadership meeting."),
    Mail("en", "gmail", "neutral", "Ok, passing this along."),
    Mail("en", "gmail", "neutral", "Cheers, will read it on the train."),
    Mail("en", "gmail", "objection_price", "Seven percent for the same feature set feels greedy to me."),
    Mail("en", "gmail", "objection_price", "I need you to sharpen your pencil here."),
    Mail("en", "gmail", "objection_price", "For that kind of money I'd expect dedicated support."),
    Mail("en", "gmail", "objection_budget", "Headquarters has told us to cut every subscription by a third."),
    Mail("en", "gmail", "objection_budget", "We simply can't find the money for it this year."),
    Mail("en", "gmail", "objection_competitor", "To be honest, Northwind does the same for half."),
    Mail("en", "gmail", "objection_competitor", "IT wants us to consolidate on Microsoft instead."),
    Mail("en", "gmail", "objection_timing", "Can we postpone this conversation until our audit is over?"),
    Mail(
        "en", "gmail", "objection_timing", "I'm about to go on leave, so this will have to sit until I return in May."
    ),
    Mail("en", "gmail", "question", "Is it true that the API limits change with the new plan?"),
    Mail("en", "gmail", "question", "Remind me, how many of our licences are actually in use?"),
    Mail("en", "gmail", "meeting", "Tom and I could do Wednesday between 2 and 4."),
    Mail("en", "gmail", "meeting", "Worth a conversation. Send me a few slots?"),
    Mail("en", "gmail", "unsubscribe", "I never signed up for this, leave me alone."),
    Mail("en", "gmail", "wrong_person", "This should go to our purchasing department, not me."),
    Mail("en", "gmail", "left_company", "Sarah's last day was in January."),
    Mail("de", "gmail", "positive", "Wir bleiben gerne dabei, bitte schicken Sie mir die Rechnung."),
    Mail(
        "de",
        "gmail",
        "objection_price",
        "Sieben Prozent mehr für die gleiche Leistung? Das bekomme ich intern nicht durch.",
    ),
    Mail("de", "gmail", "objection_budget", "Wir müssen in diesem Jahr überall sparen."),
    Mail("de", "gmail", "objection_competitor", "Unsere IT favorisiert inzwischen eine Lösung von Microsoft."),
    Mail("de", "gmail", "objection_timing", "Lassen Sie uns nach der Messe noch einmal darüber reden."),
    Mail("de", "gmail", "question", "Bis wann müssten wir denn spätestens kündigen?"),
    Mail("de", "gmail", "meeting", "Ich schlage Donnerstag, 11 Uhr vor."),
    Mail("fr", "gmail", "positive", "On continue avec vous, aucun souci."),
    Mail("fr", "gmail", "objection_price", "Sept pour cent de plus, c'est difficile à faire passer chez nous."),
    Mail("fr", "gmail", "objection_competitor", "Nous testons actuellement un autre outil."),
    Mail("fr", "gmail", "question", "Quand faut-il vous donner une réponse ?"),
    Mail("fr", "gmail", "meeting", "Je vous propose vendredi à 15h par téléphone."),
    Mail("es", "gmail", "positive", "Por nuestra parte todo bien, podéis renovar."),
    Mail("es", "gmail", "objection_price", "Un siete por ciento más no lo puedo justificar ante mi jefe."),
    Mail("es", "gmail", "question", "¿Hasta cuándo tenemos para decidir?"),
    Mail("it", "gmail", "positive", "Siamo contenti del servizio, rinnoviamo."),
    Mail("it", "gmail", "objection_price", "Con questo aumento non riesco a convincere la direzione."),
    Mail("it", "gmail", "question", "Entro quando dobbiamo decidere?"),
]
