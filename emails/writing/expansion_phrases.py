"""The sentences of the built-in writer's upsell introductions and of the reminders that follow them.

Figures, plans and features come in through facts only. Nothing here asks for a decision or names a price.
"""

from __future__ import annotations

from emails.enums import Tone
from emails.rules.expansion import Framed

CASUAL, PROFESSIONAL, FORMAL = Tone.CASUAL, Tone.PROFESSIONAL, Tone.FORMAL

SUBJECTS = {
    Framed.PROBLEM_SOLVING: {
        "soft": "{customer} is getting close to a limit: shall we look at it together?",
        "direct": "{customer} and its limits: two ways to make room",
    },
    Framed.PROACTIVE: {
        "soft": "Planning ahead for {customers} growth",
        "direct": "{customer} is growing: let's make room in time",
    },
    Framed.VALUE_ADD: {
        "soft": "Building on what {customer} has achieved",
        "direct": "A next step for {customer}, after what you have achieved",
    },
    Framed.EDUCATIONAL: {
        "soft": "A few ideas to get more out of what {customer} has",
        "direct": "What else {customer} could do with us",
    },
}
OPENINGS = {
    Framed.PROBLEM_SOLVING: {
        CASUAL: ("I was looking at how {customer} works with us, and noticed that {on}you {near} what {plan} allows."),
        PROFESSIONAL: "Looking at how {customer} works with us, I noticed that {on}you {near} what {plan} allows.",
        FORMAL: "In reviewing how {customer} works with us, I noticed that {on}you {near} what {plan} allows.",
    },
    Framed.PROACTIVE: {
        CASUAL: (
            "{customer} is using more and more of what we do together{above_all}, and I'd rather plan for that "
            "with you early than late."
        ),
        PROFESSIONAL: (
            "{customer} uses more and more of what we do together{above_all}, and I would like to plan for that "
            "with you in good time."
        ),
        FORMAL: (
            "The use that {customer} makes of our work together keeps growing{above_all}, and I would like to plan "
            "for it with you in good time."
        ),
    },
    Framed.VALUE_ADD: {
        CASUAL: "You have got a lot out of our work together, and I have been thinking about what could build on it.",
        PROFESSIONAL: (
            "{customer} has got a lot out of our work together, and I would like to share what could build on it."
        ),
        FORMAL: (
            "{customer} has drawn considerable value from our work together, and I would like to set out what "
            "could build on it."
        ),
    },
    Framed.EDUCATIONAL: {
        CASUAL: "I'd like to share a few things that you may not have tried yet and that could help {customer}.",
        PROFESSIONAL: "I would like to share a few possibilities that {customer} may not have used yet.",
        FORMAL: "I would like to draw your attention to a few possibilities that {customer} may not have used yet.",
    },
}
ON_METRIC = "with {metric} "
METRIC_ABOVE_ALL = ", {metric} above all"
NEAR_LIMIT = "are getting close to"
PAST_LIMIT = "have gone past"
SUBJECTS_ON_METRIC = {
    Framed.PROBLEM_SOLVING: {
        "soft": "{customers} {metric}: shall we look at the limit together?",
        "direct": "{customers} {metric}: two ways to make room",
    },
    Framed.PROACTIVE: {
        "soft": "Planning ahead for {customers} {metric}",
        "direct": "{customers} {metric}: let's make room in time",
    },
}
"""Of a letter that a metric started; the other framings keep their subjects."""
YOUR_PLAN = "your {plan} plan"
NO_PLAN = "your plan"

GOOD_SIGN = {
    CASUAL: "That's a good sign: your team clearly relies on it.",
    PROFESSIONAL: "That is a good sign: your team relies on it.",
    FORMAL: "That is a good sign, since it shows that your teams rely on it.",
}
WHERE_IT_STANDS = "Where it stands today:"
LINE = "{metric}: {used} of {limit} in use ({percent})"
LINE_NO_LIMIT = "{metric}: {used} in use"
LINE_GROWTH = ", up {growth}"

TWO_WAYS = {
    "soft": "I see two ways forward, and would begin with the first:",
    "direct": "There are two ways forward, and both are worth a look:",
}
OPTIMISE_HEAD = "Make the most of what you have: "
OPTIMISE_INACTIVE = "{count} {unit} are on record, and I can go through them with you to free up room"
OPTIMISE_UNUSED = "there is unused room in {metric} ({used} of {limit} in use), and I can show you how to put it to use"
OPTIMISE = {
    Framed.PROBLEM_SOLVING: "I can help you find what is no longer needed and free up room within your plan",
    Framed.PROACTIVE: "I can help you find what is not used any more, so that there is room for what is coming",
    Framed.VALUE_ADD: "I can go through your set-up with you and find what is not used to the full yet",
    Framed.EDUCATIONAL: "I can go through your set-up with you and show what is included and not used yet",
}
EXPAND_HEAD = "Look at more room: "
EXPAND = {"soft": "our {offer} plan may fit", "direct": "I would suggest our {offer} plan"}
EXPAND_WITH = ". It brings: {features}"
EXPAND_NO_OFFER = {
    "soft": "if that is not enough, we can see together what a larger plan would change",
    "direct": "I would suggest that we see together what a larger plan would change",
}
ASKED_FOR = "{feature}, which you have asked about"
ALSO_ASKED = "You have also asked about {requests}; I would like to hear what you need it for."

ASKS = {
    "soft": {
        CASUAL: (
            "No decision needed, I just wanted to raise it early. Would {minutes} minutes next week work to talk about "
            "what makes sense for {customer}?"
        ),
        PROFESSIONAL: (
            "No decision is needed; I wanted to raise it early. Would you have {minutes} minutes next week to talk "
            "about what makes sense for {customer}?"
        ),
        FORMAL: (
            "No decision is needed at this point. Would a conversation of {minutes} minutes next week suit you, to "
            "talk about what makes sense for {customer}?"
        ),
    },
    "direct": {
        CASUAL: "Can we take {minutes} minutes next week to go through both and see which fits {customer} better?",
        PROFESSIONAL: (
            "May I have {minutes} minutes of your time next week, to go through both and see which fits {customer} "
            "better?"
        ),
        FORMAL: (
            "I propose a conversation of {minutes} minutes next week, to go through both and see which fits "
            "{customer} better."
        ),
    },
}
ASKS_REPLY = {
    CASUAL: "What do you think? A short reply is all I need.",
    PROFESSIONAL: "Please reply with your view, and I will take it from there.",
    FORMAL: "I would be grateful for your view.",
}

REMINDER = {
    CASUAL: "my note{of_date} may have slipped past a busy week, so I'm bringing it back to you.",
    PROFESSIONAL: "My message{of_date} may have come at a busy time, so I am following up briefly.",
    FORMAL: "May I come back to my letter{of_date}, in case it came at an inconvenient time?",
}
REMINDER_WHY = {
    CASUAL: "I can start with what {customer} already has, so there is something in it for you either way.",
    PROFESSIONAL: "I would begin with what {customer} already has, so that it is worth your time either way.",
    FORMAL: "I would begin with what {customer} already has, so that the conversation serves you either way.",
}
REMINDER_ASK = {
    CASUAL: "Would {minutes} minutes this week or next work? One line is enough, also if now is not the moment.",
    PROFESSIONAL: (
        "Would {minutes} minutes this week or next suit you? A single line is enough, also if now is not the moment."
    ),
    FORMAL: (
        "Would a conversation of {minutes} minutes suit you? A brief reply is enough, also if now is not the moment."
    ),
}
