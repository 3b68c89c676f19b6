"""The sentences of letters that follow another: reminders, escalations, meetings, answers.

Short by intent: whoever reads them has had the first letter. Figures, dates and names come in through facts only.
"""

from __future__ import annotations

from emails.enums import Tone

CASUAL, PROFESSIONAL, FORMAL = Tone.CASUAL, Tone.PROFESSIONAL, Tone.FORMAL

REMINDER = {
    CASUAL: (
        "I know how fast a week fills up, so here is my note{of_date} about the renewal once more.",
        "My note{of_date} about the renewal may have slipped past a busy week, so I'm bringing it back to you.",
    ),
    PROFESSIONAL: (
        "I would like to bring my message{of_date} about the renewal back to you; it may have come at a busy time.",
        "My message{of_date} about the renewal may have come at a busy time, so I am following up briefly.",
    ),
    FORMAL: ("May I come back to my letter{of_date} about the renewal, in case it came at an inconvenient time?",),
}
REMINDER_WHY = {
    CASUAL: "Nothing is urgent yet: the renewal date is {date}, and an early word keeps your options open.",
    PROFESSIONAL: "The renewal date is {date}; an early word from you keeps all options open.",
    FORMAL: "The renewal falls due on {date}, and your early view would keep all options open.",
}
REMINDER_ASK = {
    CASUAL: "Would {minutes} minutes this week or next work? One line is enough, also if now is not the moment.",
    PROFESSIONAL: (
        "Would {minutes} minutes this week or next suit you? A single line is enough, also if somebody else is the "
        "right person to speak to."
    ),
    FORMAL: (
        "Would a conversation of {minutes} minutes suit you? A brief reply is enough, also if a colleague of yours "
        "should be addressed instead."
    ),
}
ONE_LINE_ASK = {
    CASUAL: "One line is enough, also if now is not the moment.",
    PROFESSIONAL: "A single line is enough, also if somebody else is the right person to speak to.",
    FORMAL: "A brief reply is enough, also if a colleague of yours should be addressed instead.",
}

BUILD_ON = "What we can build on: {proof}"

ESCALATION_WHO = "I am writing to you in person, as {title} of {company}, because this renewal matters to us."
ESCALATION_NO_TITLE = "I am writing to you in person, because this renewal matters to us."
ESCALATION_WHY = (
    "{other} has been in touch with {customer} about the renewal{since} and has not heard back yet. That mostly means "
    "that something is in the way, and I would rather hear of it than guess."
)
ESCALATION_WHY_ALONE = (
    "We have been in touch with {customer} about the renewal{since} and have not heard back yet. That mostly means "
    "that something is in the way, and I would rather hear of it than guess."
)
ESCALATION_ASK = (
    "Would {minutes} minutes in the coming days suit you? If somebody else decides this at {customer}, a name is all I "
    "need."
)

INTRODUCTION_WHO = "{other}, who looks after {customer} on our side, wrote to you{on_date} about the renewal."
INTRODUCTION_WHO_ALONE = "You have had a message from us{on_date} about the renewal."
INTRODUCTION_WHY = (
    "Before the next term is settled I would like to introduce myself, so that you know whom to turn to when a "
    "question is better answered from my side."
)
INTRODUCTION_ASK = "If a short call would help, I will gladly make {minutes} minutes for it. When would suit you?"

NUDGE = "Could I ask you for a favour? I wrote to {other}{on_date} about the renewal and have not heard back yet."
NUDGE_WHY = "You know better than I do what is on {others} desk at the moment."
NUDGE_ASK = "Would you mention it when you next speak, or tell me how {first} likes to be reached?"

CONFIRMATION = {
    CASUAL: "Looking forward to our meeting {meeting} on {date}{at_time}.",
    PROFESSIONAL: "This is to confirm our meeting {meeting} on {date}{at_time}.",
    FORMAL: "I would like to confirm our meeting {meeting} on {date}{at_time}.",
}
AGENDA = "What I would like to cover:"
AGENDA_USUAL = {
    CASUAL: "I'd like to hear what has worked, what the next term should bring, and agree what comes next.",
    PROFESSIONAL: (
        "I would like to hear what has worked and what has not, what the next term should bring, and to agree on the "
        "next steps."
    ),
    FORMAL: (
        "I would like to hear your view of the present term and of what the next one should bring, and to agree on the "
        "next steps."
    ),
}
CONFIRMATION_ASK = {
    CASUAL: "If the time no longer suits you, or somebody should join us, just reply.",
    PROFESSIONAL: "If the time no longer suits you, or if somebody should join us, a short reply is enough.",
    FORMAL: "Should the time no longer suit you, or should somebody join us, a short reply is enough.",
}

RECAP = {
    CASUAL: "Thanks for the conversation{on_date}, it helped a lot.",
    PROFESSIONAL: "Thank you for the conversation{on_date}.",
    FORMAL: "Thank you for the conversation{on_date} and for your time.",
}
RECAP_POINTS = "What I took away:"
RECAP_STEPS = "What happens next:"
RECAP_EMPTY = {
    CASUAL: "Before I get to work: which point mattered most to you, and what should I do first?",
    PROFESSIONAL: "So that I set the right priorities: which point mattered most to you, and what should I do first?",
    FORMAL: "So that I set the right priorities, I would be grateful to know which point mattered most to you.",
}
RECAP_ASK = {
    CASUAL: "If I got something wrong or left something out, tell me and I'll put it right.",
    PROFESSIONAL: "If I have misunderstood something or left something out, please tell me.",
    FORMAL: "Should I have misunderstood or omitted something, please let me know.",
}

ANSWER_THANKS = {
    CASUAL: "Thanks for being open about this.",
    PROFESSIONAL: "Thank you for being open about this.",
    FORMAL: "Thank you for stating this openly.",
}
