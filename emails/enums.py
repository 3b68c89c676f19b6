"""States, lanes and choices of the emails app."""

from django.db.models import TextChoices


class Tone(TextChoices):
    """How a letter sounds; chosen by the recipient's role."""

    CASUAL = "casual", "Casual"
    PROFESSIONAL = "professional", "Professional"
    FORMAL = "formal", "Formal"


class PriceApproach(TextChoices):
    """How openly a letter states the new price. Source: Engage, step 2."""

    LEAD_WITH_PRICE = "lead_with_price", "Lead with price"
    VALUE_FIRST = "value_first", "Value first"
    BURY_PRICE = "bury_price", "Attachment only"
    NO_PRICE = "no_price", "No price"


class Lane(TextChoices):
    """Which part of the house a message belongs to; earlier lanes go first."""

    NOTICE = "notice", "Contract notice"
    RENEWAL = "renewal", "Renewal"
    UPSELL = "upsell", "Upsell"
    JOURNEY = "journey", "Journey"


class DraftState(TextChoices):
    """Where a draft is on its way. Every move is one conditional UPDATE."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    BOUNCED = "bounced", "Bounced"
    FAILED = "failed", "Failed"
    BLOCKED = "blocked", "Blocked"
    UNKNOWN = "unknown", "Unknown"
    NEEDS_REVIEW = "needs_review", "Needs review"
    CANCELLED = "cancelled", "Cancelled"


class BounceKind(TextChoices):
    """Why a letter did not arrive."""

    HARD = "hard", "There is no such address"
    SOFT = "soft", "Refused this time"
    DROPPED = "dropped", "Not tried by the provider"


class Actor(TextChoices):
    """Who opened or clicked, as far as that can be told."""

    HUMAN = "human", "A person"
    MACHINE = "machine", "A machine"
    UNKNOWN = "unknown", "Cannot be told"


class SuppressionCause(TextChoices):
    """Why nothing is written to an address any more."""

    HARD_BOUNCE = "hard_bounce", "Bounced: there is no such address"
    COMPLAINT = "complaint", "Reported our mail as spam"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed by link"
    REPLY = "reply", "Asked in a reply"
    PERSON = "person", "Set by a colleague"
    OUTREACH = "outreach", "Opted out at Outreach.io"
    ERASED = "erased", "Erased at their request"


class Writer(TextChoices):
    """Who wrote the present text."""

    BUILT_IN = "built_in", "Built-in writer"
    CLAUDE = "claude", "Claude"
    PERSON = "person", "A person"


class OriginKind(TextChoices):
    """What a draft was written for."""

    ENGAGE = "engage", "Engage plan"
    COMPOSE = "compose", "Written freely"
    API = "api", "API"
    JOURNEY = "journey", "Journey"
    UPSELL = "upsell", "Upsell introduction"


class Purpose(TextChoices):
    """What a letter does in its thread."""

    FIRST_TOUCH = "first_touch", "First letter"
    FOLLOW_UP = "follow_up", "Follow-up"
    CONFIRMATION = "confirmation", "Meeting confirmation"
    RECAP = "recap", "Recap"
    NOTICE = "notice", "Notice"
    FREE = "free", "Written freely"
    ANSWER = "answer", "Answer in the thread"
    PROGRAMME = "programme", "Programme mail"
    HOLD_NEWS = "hold_news", "About the hold itself"


class Audience(TextChoices):
    """Who gets a mail from a template."""

    CLIENT = "client", "Client"
    STAFF = "staff", "Our own people"


class Theme(TextChoices):
    """What a letter speaks of, which decides the words that the writers are given."""

    RENEWAL = "renewal", "The renewal"
    REMINDER = "reminder", "Reminder"
    ESCALATION = "escalation", "Executive escalation"
    INTRODUCTION = "introduction", "Introduction by an executive"
    NUDGE = "nudge", "A word to the champion"
    CONFIRMATION = "confirmation", "Meeting confirmation"
    RECAP = "recap", "Meeting recap"
    ANSWER = "answer", "Answer to an objection"
    EXPANSION = "expansion", "Upsell introduction"
    EXPANSION_REMINDER = "expansion_reminder", "Reminder of an upsell introduction"


FIRST_LETTER_THEMES = frozenset({Theme.RENEWAL, Theme.EXPANSION})
"""All others follow a letter, in its thread."""


CONVERSATION_PURPOSES = frozenset({Purpose.ANSWER, Purpose.CONFIRMATION, Purpose.RECAP})
"""What somebody there waits for: answers in their thread, and mails about a meeting they agreed to (promise 6)."""


class ReplyClass(TextChoices):
    """What a mail that came in wants. Source: INTERFACES, "Reply classes"."""

    POSITIVE = "positive", "Positive"
    NEUTRAL = "neutral", "Neutral"
    OBJECTION_PRICE = "objection_price", "Objection: price"
    OBJECTION_BUDGET = "objection_budget", "Objection: budget"
    OBJECTION_COMPETITOR = "objection_competitor", "Objection: competitor"
    OBJECTION_TIMING = "objection_timing", "Objection: timing"
    QUESTION = "question", "Question"
    MEETING = "meeting", "Meeting"
    UNSUBSCRIBE = "unsubscribe", "Unsubscribe"
    WRONG_PERSON = "wrong_person", "Wrong person"
    LEFT_COMPANY = "left_company", "Has left the company"
    OUT_OF_OFFICE = "out_of_office", "Out of office"
    AUTO_GENERATED = "auto_generated", "Automatic"
    BOUNCE_HARD = "bounce_hard", "Bounced: no such address"
    BOUNCE_SOFT = "bounce_soft", "Bounced: refused this time"
    UNVERIFIED = "unverified", "Sender not verified"


class MatchedBy(TextChoices):
    """How a mail that came in found its account."""

    TOKEN = "token", "The address it was sent to"
    HEADERS = "headers", "The letter it answers"
    SENDER = "sender", "Its sender's address"
    NONE = "none", "Not matched"


class ClassifiedBy(TextChoices):
    """Who said what a mail wants."""

    RULE = "rule", "A rule"
    CLAUDE = "claude", "Claude"
    PERSON = "person", "A person"


OBJECTION_CLASSES = frozenset(
    {
        ReplyClass.OBJECTION_PRICE,
        ReplyClass.OBJECTION_BUDGET,
        ReplyClass.OBJECTION_COMPETITOR,
        ReplyClass.OBJECTION_TIMING,
    }
)

HUMAN_CLASSES = OBJECTION_CLASSES | {
    ReplyClass.POSITIVE,
    ReplyClass.NEUTRAL,
    ReplyClass.QUESTION,
    ReplyClass.MEETING,
    ReplyClass.UNSUBSCRIBE,
    ReplyClass.WRONG_PERSON,
    ReplyClass.LEFT_COMPANY,
}
"""A person wrote it. It moves the account if its sender is verified."""

AUTOMATIC_CLASSES = frozenset(
    {ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_GENERATED, ReplyClass.BOUNCE_HARD, ReplyClass.BOUNCE_SOFT}
)

HOLD_EXEMPT_PURPOSES = frozenset({Purpose.HOLD_NEWS})
"""Mails about the hold itself pass it. Source: promise 5, the named lanes."""

UNTRACKED_PURPOSES = frozenset({Purpose.PROGRAMME, Purpose.HOLD_NEWS})
"""Nobody is asked to watch what becomes of one: the journey itself looks whether a month was opened."""

EDITABLE_STATES = frozenset(
    {
        DraftState.DRAFT,
        DraftState.APPROVED,
        DraftState.SCHEDULED,
        DraftState.QUEUED,
        DraftState.BLOCKED,
        DraftState.FAILED,
    }
)
"""A person may still change the text: nothing has been handed to a provider."""

WAITING_STATES = frozenset({DraftState.APPROVED, DraftState.SCHEDULED, DraftState.QUEUED, DraftState.BLOCKED})
"""Approved and on the way, not yet handed to a provider."""

APPROVED_STATES = frozenset({DraftState.APPROVED, DraftState.SCHEDULED, DraftState.QUEUED, DraftState.SENDING})
"""Never without an approval on record."""

LEFT_STATES = frozenset(
    {
        DraftState.SENDING,
        DraftState.SENT,
        DraftState.DELIVERED,
        DraftState.BOUNCED,
        DraftState.UNKNOWN,
        DraftState.NEEDS_REVIEW,
    }
)
"""Handed to a provider, or it may have been: never sent again without a person."""

DOUBTFUL_STATES = frozenset({DraftState.UNKNOWN, DraftState.NEEDS_REVIEW})
"""Nobody can say whether it left; its event or a person can."""

SENT_STATES = frozenset({DraftState.SENT, DraftState.DELIVERED, DraftState.BOUNCED})

UNDELIVERABLE_CAUSES = frozenset({SuppressionCause.HARD_BOUNCE, SuppressionCause.COMPLAINT, SuppressionCause.ERASED})
"""They stop contract notices too; all others let those pass. Source: promise 5."""

EVERYTHING = ""
"""The topic of a suppression that stops every lane."""

OPT_OUT_EXEMPT_LANES = frozenset({Lane.NOTICE})
"""What nobody can opt out of. Source: promise 5, the named lanes."""
