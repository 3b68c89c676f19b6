"""The sentences of the built-in writer. Figures, dates and names come in through facts only.

Where several wordings are given, the account and the person decide which is used: the same letter written twice is
the same, two letters of one plan differ.
"""

from __future__ import annotations

from emails.enums import Tone

CASUAL, PROFESSIONAL, FORMAL = Tone.CASUAL, Tone.PROFESSIONAL, Tone.FORMAL

GREETINGS = {CASUAL: "Hi {first},", PROFESSIONAL: "Hello {first},", FORMAL: "Dear {name},"}
CLOSINGS = {CASUAL: ("Best,", "Thanks,", "All the best,"), PROFESSIONAL: ("Best regards,",), FORMAL: ("Kind regards,",)}

OPENINGS = {
    "champion": (
        "you are the one who made {customer} work with us, so I wanted you to hear about the renewal first.",
        "you know better than anyone what your team has built with us, so I'd like to start the renewal with you.",
        "before anything goes out more widely, I wanted to bring the renewal to you.",
    ),
    "user": ("you work with us every day, so I wanted you to know where the renewal stands.",),
    "decision_maker": (
        (
            "as {title_or_lead} you decide how {customer} works with us, so I'd like to set out where we stand "
            "before the renewal."
        ),
        (
            "with the renewal ahead I'd like to set out what our work has meant for {customers} operations, and "
            "what comes next."
        ),
    ),
    "economic_buyer": (
        "I am writing to set out the return on {customers} investment with us, and the terms ahead.",
        "ahead of the renewal I would like to give you the business case in brief.",
    ),
    "executive_sponsor": (
        (
            "as the sponsor of our work at {customer} you should have a short account of what it has brought, "
            "and what comes next."
        ),
    ),
}
OPENINGS_NO_PROOF = {
    "champion": (
        "before anything goes out more widely, I wanted to bring the renewal to you.",
        "I'd like to start the renewal with you, since you know best how your team works with us.",
    ),
    "user": ("you work with us every day, so I wanted you to know where the renewal stands.",),
    "decision_maker": (
        "with the renewal ahead I'd like to hear from you first what {customer} needs from the next term.",
        "as {title_or_lead} you decide how {customer} works with us, so I'd like to begin the renewal with you.",
    ),
    "economic_buyer": (
        "with the renewal ahead I would like to agree with you what the next term has to deliver for {customer}.",
    ),
    "executive_sponsor": (
        "as the sponsor of our work at {customer} you should hear of the renewal from me, early and in brief.",
    ),
}
MET = {
    CASUAL: "It was good to talk at our meeting {meeting} on {date}.",
    PROFESSIONAL: "Thank you for your time at our meeting {meeting} on {date}.",
    FORMAL: "Thank you for the conversation at our meeting {meeting} on {date}.",
}
WARMTH = (
    "I really enjoy working with you and the team.",
    "Thank you for the trust you and your team put in us.",
)

WINS_VERB = ("Your team {first}.", "Together we have seen your team {first}.")
WIN_INTRO = {
    CASUAL: "The result I like to point to: {first}.",
    PROFESSIONAL: "One result stands out: {first}.",
    FORMAL: "One result deserves mention: {first}.",
}
WINS_LIST = {
    CASUAL: "What your team has pulled off with us:",
    PROFESSIONAL: "What your team has achieved with us:",
    FORMAL: "What your team has achieved with us:",
}
WINS_LIST_BEHIND_VALUE = {**WINS_LIST, FORMAL: "The results behind it:"}
QUANTIFIED = {
    CASUAL: "By our measure, our work together is worth {value} a year to {customer}",
    PROFESSIONAL: "We measure the value of our work together at {value} a year",
    FORMAL: "The measured value of our work together is {value} a year",
}
QUANTIFIED_AFTER_WINS = {
    CASUAL: "By our measure that adds up to {value} in value a year",
    PROFESSIONAL: "We measure the value of this at {value} a year",
    FORMAL: "The measured value amounts to {value} a year",
}
LEVERAGE = "a return of {leverage} on what {customer} invests with us"
LEVERAGE_ALONE = {
    CASUAL: "By our measure, {customer} gets {leverage} back on what it invests with us.",
    PROFESSIONAL: "By our measure, {customer} sees a return of {leverage} on what it invests with us.",
    FORMAL: "The measured return is {leverage} on what {customer} invests with us.",
}
USAGE = {
    CASUAL: "Usage has grown as well, {growth}: people clearly lean on it.",
    PROFESSIONAL: "Usage has grown as well, {growth}, which shows how far it is part of daily work.",
    FORMAL: "Usage has grown as well, {growth}, which shows that the investment is being taken up.",
}
USAGE_ALONE = {
    CASUAL: "Usage has grown, {growth}: people clearly lean on it.",
    PROFESSIONAL: "Usage has grown, {growth}, which shows how far it is part of daily work.",
    FORMAL: "Usage has grown, {growth}, which shows that the investment is being taken up.",
}
USAGE_OF = "with {metric} up {growth}"
USAGE_BY = "by {growth}"
USAGE_LEVEL = "It stands at {level} {metric} today."
PEER = "Compared with similar customers you pay {gap} less."
NO_PROOF = {
    CASUAL: (
        "Which part of this year has helped your team most, and what should the next term do better? What you tell "
        "me decides where we start."
    ),
    PROFESSIONAL: (
        "Which results have mattered most to your team this year, and what should the next term improve? I would "
        "like to build on your answer."
    ),
    FORMAL: (
        "I would welcome your view of which outcomes have mattered most, and what the next term should improve, so "
        "that it can be measured by them."
    ),
}
FOR_CHAMPION = (
    "If it helps you make the case inside {customer}, I'm happy to put these points on one page for you to share.",
    "If you'd like to share this with colleagues, I can put it on one page for you.",
)
FOR_CHAMPION_NO_PROOF = ("If others at {customer} should be part of this, tell me who and I'll bring them in early.",)
FOR_DECISION_MAKER = (
    "For your operations this means no change-over, no retraining and a plan for the next term that we shape together.",
    (
        "Continuing means that your processes keep running without a change-over, and that we plan the next term "
        "around your priorities."
    ),
)
FOR_BUYER = (
    (
        "Renewing keeps this return without the cost and risk of a change, and gives your budget a fixed figure "
        "to plan with."
    ),
    (
        "For budget purposes, renewal keeps the return above without switching costs and with terms that are "
        "fixed in advance."
    ),
)
FOR_BUYER_NO_PRICE = ("Renewing keeps this in place without the cost and risk of a change of system.",)
FOR_BUYER_NO_PROOF = (
    "Renewing avoids the cost and risk of a change of system, and gives your budget terms that are fixed in advance.",
)
NEXT_TERM = (
    "Looking ahead, we would use the next term to build on this: your priorities decide where we start.",
    "For the next term I'd like us to agree on the two or three outcomes that matter most to {customer}.",
)

PRICE_LEAD = {
    CASUAL: "Let me be open about the number right away: for the renewal{on_date} we propose {price} a year{change}.",
    PROFESSIONAL: "To be transparent from the start: for the renewal{on_date} we propose {price} a year{change}.",
    FORMAL: "For the renewal{on_date} we propose {price} a year{change}.",
}
PRICE_LEAD_WHY = {
    CASUAL: "Here's why I think it fits what you get.",
    PROFESSIONAL: "Here is why this reflects the value you are realising.",
    FORMAL: "The reasons are set out below.",
}
PRICE_AFTER = {
    CASUAL: "On that basis, the price for the next term{from_date} is {price} a year{change}.",
    PROFESSIONAL: "On this basis, the investment for the next term{from_date} is {price} a year{change}.",
    FORMAL: "On this basis the investment for the next term{from_date} is {price} a year{change}.",
}
PRICE_PLAIN = {
    CASUAL: "For the next term{from_date} we propose {price} a year{change}.",
    PROFESSIONAL: "For the next term{from_date} we propose {price} a year{change}.",
    FORMAL: "For the next term{from_date} we propose {price} a year{change}.",
}
ATTACHED_WITH_PRICE = "The attached proposal has the full terms{term}."
ATTACHED_ONLY = {
    CASUAL: (
        "I've attached your renewal proposal with all the terms, so you can look through it in your own time{date}."
    ),
    PROFESSIONAL: "Attached is your renewal proposal with the terms for your review{date}.",
    FORMAL: "Attached please find the renewal proposal with the terms for your review{date}.",
}
ONLY_DATE = {
    CASUAL: "Your renewal is coming up{date}, and before we talk terms I'd like to understand your plans.",
    PROFESSIONAL: (
        "Your renewal is coming up{date}. Before we talk about terms I'd like to understand your goals for the "
        "next term."
    ),
    FORMAL: (
        "The renewal falls due{date}. Before we come to terms I would like to understand your goals for the next term."
    ),
}
ONLY_DATE_NO_PROOF = {
    CASUAL: "{date}terms can wait until I know your plans.",
    PROFESSIONAL: "{date}we can come to the terms once I know your goals.",
    FORMAL: "{date}we will come to the terms once your goals are clear.",
}
RENEWAL_DATE_IS = "The renewal date is {date}; "

ASKS = {
    "assertive": {
        CASUAL: (
            "Can we take {minutes} minutes next week to go through it and settle the next steps? Just send me a "
            "time that suits you."
        ),
        PROFESSIONAL: (
            "May I have {minutes} minutes of your time next week to go through this and agree the next steps? "
            "Please send me a time that suits you."
        ),
        FORMAL: (
            "I propose a conversation of {minutes} minutes next week to agree the next steps. Please let me know "
            "a time that suits you."
        ),
    },
    "balanced": {
        CASUAL: (
            "Would {minutes} minutes next week work to talk it through? Send me a time that suits you and I'll "
            "set it up."
        ),
        PROFESSIONAL: (
            "Would you have {minutes} minutes next week to talk this through? I will gladly work around your calendar."
        ),
        FORMAL: (
            "Would you be available for {minutes} minutes next week to discuss this? I will gladly work around "
            "your calendar."
        ),
    },
    "open": {
        CASUAL: "Would {minutes} minutes next week work for you?",
        PROFESSIONAL: "Would {minutes} minutes next week suit you?",
        FORMAL: "Would a conversation of {minutes} minutes next week suit you?",
    },
}
ASK_VIEW = {
    CASUAL: "I'd value your honest view before we go any further.",
    PROFESSIONAL: "Before we go further I would value your view.",
    FORMAL: "Before we proceed I would value your view.",
}
"""Said first where Prepare is unsure, unless the letter asks for their view already."""

ASKS_REPLY = {
    CASUAL: "What do you think? A short reply is all I need to take the next step.",
    PROFESSIONAL: "Please reply with your view or your questions, and I will take it from there.",
    FORMAL: "I would be grateful for your reply, with any questions you may have.",
}
APPROACH_WORDS = (
    (
        ("consult", "discover", "listen", "advis"),
        "I would rather listen than assume: I want to understand what would make the next term a clear success for "
        "you.",
    ),
    (
        ("collab", "partner", "joint", "high-touch", "high touch"),
        "I would like us to shape the next term together rather than send you finished terms.",
    ),
    (("execut", "strateg"), "My aim is to tie the next term to the goals your leadership has set for the year."),
)

FRAMES = {
    "da": ({CASUAL: "Hej {first},", PROFESSIONAL: "Hej {first},", FORMAL: "Kære {name},"}, "Venlig hilsen"),
    "de": (
        {CASUAL: "Hallo {first},", PROFESSIONAL: "Guten Tag {name},", FORMAL: "Guten Tag {name},"},
        "Freundliche Grüße",
    ),
    "es": ({CASUAL: "Hola, {first}:", PROFESSIONAL: "Hola, {first}:", FORMAL: "Buenos días, {name}:"}, "Saludos"),
    "fi": ({CASUAL: "Hei {first},", PROFESSIONAL: "Hei {first},", FORMAL: "Hyvä {name},"}, "Ystävällisin terveisin"),
    "fr": (
        {CASUAL: "Bonjour {first},", PROFESSIONAL: "Bonjour {first},", FORMAL: "Bonjour {name},"},
        "Bien cordialement,",
    ),
    "it": (
        {CASUAL: "Ciao {first},", PROFESSIONAL: "Buongiorno {first},", FORMAL: "Buongiorno {name},"},
        "Cordiali saluti,",
    ),
    "nb": ({CASUAL: "Hei {first},", PROFESSIONAL: "Hei {first},", FORMAL: "Hei {name},"}, "Vennlig hilsen"),
    "nl": (
        {CASUAL: "Hoi {first},", PROFESSIONAL: "Beste {first},", FORMAL: "Beste {name},"},
        "Met vriendelijke groet,",
    ),
    "pt": ({CASUAL: "Olá, {first},", PROFESSIONAL: "Olá, {first},", FORMAL: "Bom dia, {name},"}, "Cumprimentos,"),
    "sv": ({CASUAL: "Hej {first},", PROFESSIONAL: "Hej {first},", FORMAL: "Hej {name},"}, "Vänliga hälsningar"),
}
FRAMES["no"] = FRAMES["nb"]
"""Greeting and closing around Claude's paragraphs, for languages where they need no gender. Others: English."""
