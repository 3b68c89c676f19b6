"""Choices and sets of states of outreach plans."""

from django.db.models import TextChoices

from emails.enums import Purpose

UNPLANNED_PURPOSES = frozenset({Purpose.FREE, Purpose.PROGRAMME, Purpose.HOLD_NEWS})
"""What letters do that no plan has a contact for."""


class SequencingApproach(TextChoices):
    """In which order the stakeholders are contacted. Source: Engage, step 1."""

    CHAMPION_FIRST = "champion_first", "Champion first"
    ECONOMIC_BUYER_FIRST = "economic_buyer_first", "Economic buyer first"
    PARALLEL = "parallel", "Parallel"


class OwnerKind(TextChoices):
    """Which of our people carries a position or a task."""

    CSM = "csm", "CSM"
    AE = "ae", "AE"
    EXECUTIVE = "executive", "Executive"


class PlanState(TextChoices):
    """A plan is open from its first approved touch until it is closed."""

    PROPOSED = "proposed", "Proposed"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class PlanEnd(TextChoices):
    """Why a plan was closed."""

    NOTICE_DELIVERED = "notice_delivered", "The notice was delivered"
    OUTCOME = "outcome", "The renewal has an outcome"
    PERSON = "person", "Closed by a person"


class TouchKind(TextChoices):
    """What happens at a planned contact or milestone."""

    EMAIL = "email", "Email"
    REMINDER = "reminder", "Reminder"
    CALL = "call", "Another channel"
    CONFIRMATION = "confirmation", "Meeting confirmation"
    MEETING = "meeting", "Meeting"
    RECAP = "recap", "Recap"
    ESCALATION = "escalation", "Executive escalation"
    FINAL_FOLLOW_UP = "final_follow_up", "Final follow-ups"
    ALIGNMENT = "alignment", "All aligned"
    NOTICE = "notice", "Notice deadline"


class TouchState(TextChoices):
    """Where a touch stands. An infeasible one is kept so that it is named, not dropped."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    INFEASIBLE = "infeasible", "Does not fit"


class CadenceKind(TextChoices):
    """What the clock does around a letter or a meeting; the kinds of its rows in `journeys`."""

    REMIND = "outreach.remind", "Reminder"
    OTHER_CHANNEL = "outreach.other_channel", "Another channel"
    ESCALATE = "outreach.escalate", "Executive escalation"
    CHECK_BACK = "outreach.check_back", "Check back"
    CONFIRM_MEETING = "outreach.confirm_meeting", "Meeting confirmation"
    ASK_NOTES = "outreach.ask_notes", "Notes of a meeting"
    RECAP = "outreach.recap", "Meeting recap"


CHASERS = frozenset({CadenceKind.REMIND, CadenceKind.OTHER_CHANNEL, CadenceKind.ESCALATE, CadenceKind.CHECK_BACK})
"""What goes after an answer: all of it waits as soon as one comes."""


class Channel(TextChoices):
    """Another way to reach somebody who does not answer mail. Source: Engage, "Follow-Up Rules", 7 days."""

    CALL = "call", "Call"
    INTRODUCTION = "introduction", "Introduction by an executive"
    NUDGE = "nudge", "A word by the champion"


class Choice(TextChoices):
    """How an account goes on after a reply. Source: promise 6, with the reactions of Engage, "Triggers"."""

    ACCELERATE = "accelerate", "Accelerate"
    RESUME = "resume", "Go on as planned"
    HOLD = "hold", "Hold"
    NEGOTIATE = "negotiate", "Negotiate"


class CauseKind(TextChoices):
    """Why rows were moved."""

    REPLY = "reply", "An absence told by reply"
    REACTION = "reaction", "A decision after a reply"
    BRAKE = "brake", "A brake that was released"


class TargetKind(TextChoices):
    """What was moved."""

    AUTOMATION = "automation", "A row of the clock"
    TOUCH = "touch", "A contact of the plan"
    DRAFT = "draft", "A letter that is to leave"


LIVE_PLAN_STATES = frozenset({PlanState.PROPOSED, PlanState.OPEN})
"""At most one plan of a customer is in one of these."""


class Severity(TextChoices):
    """How much a usage alert matters to whom sends it. Source: INTERFACES, "Usage alert body"."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class AlertOutcome(TextChoices):
    """What became of a usage alert."""

    WAITING = "waiting", "Waiting"
    UNKNOWN_ACCOUNT = "unknown_account", "Unknown account"
    NOTED = "noted", "Noted, no condition holds"
    COOLING_DOWN = "cooling_down", "Noted, cooling down"
    STARTS_RUN = "starts_run", "Starts a run"


class Matching(TextChoices):
    """Whether one condition of a rule is enough."""

    ANY = "any", "Any of them"
    ALL = "all", "All of them"


class AutomationLevel(TextChoices):
    """How much a run does alone. Source: upsell-workflow, "Automation Levels"; values as INTERFACES writes them."""

    FULL = "FULL_AUTOMATION", "Full automation"
    HYBRID = "HYBRID", "Hybrid"
    HUMAN = "HUMAN_INTERVENTION", "Human intervention"


class UpsellStepName(TextChoices):
    """The eight steps of a run, in their order. Source: upsell-workflow, "Workflow Steps"."""

    FETCH_USAGE = "fetch_usage", "Fetch usage"
    FETCH_CONTRACT = "fetch_contract", "Fetch contract"
    ASK_CLAUDE_FOR_PLAN = "ask_claude_for_plan", "Ask for the plan"
    SEND_EMAIL_DRAFT = "send_email_draft", "Email"
    POST_SLACK_SUMMARY = "post_slack_summary", "Slack summary"
    WAIT_FOR_REPLY = "wait_for_reply", "Wait for a reply"
    CREATE_ZOOM_MEETING = "create_zoom_meeting", "Zoom meeting"
    LOG_OPPORTUNITY = "log_opportunity", "Opportunity"


UPSELL_TIMEOUT = "outreach.upsell_timeout"
"""The kind of the clock's row that ends a run's wait for a reply."""


class Framing(TextChoices):
    """How an upsell is introduced. Source: upsell-introduction-email, "Framing Strategy"."""

    EDUCATIONAL = "educational", "Educational"
    PROBLEM_SOLVING = "problem_solving", "Problem-solving"
    VALUE_ADD = "value_add", "Value-add"
    PROACTIVE = "proactive", "Proactive"


class Trend(TextChoices):
    """Where usage goes. Source: upsell-workflow, "UsageData"."""

    INCREASING = "increasing", "Increasing"
    STABLE = "stable", "Stable"
    DECREASING = "decreasing", "Decreasing"


class SignalKind(TextChoices):
    """What speaks for an expansion. Source: upsell-introduction-email, "Trigger" and "Opportunity Analysis"."""

    LIMIT = "limit", "Near a limit"
    TREND = "trend", "Growing use"
    FEATURE_REQUEST = "feature_request", "Asked for features"
    SUCCESS = "success", "Success"
    HEALTH = "health", "Good health"
    RENEWAL = "renewal", "Renewal near"


class LedBy(TextChoices):
    """Who carries an expansion. Source: upsell-introduction-email, "CSM-led vs. AE-involved"."""

    CSM = "csm", "CSM alone"
    CSM_AND_AE = "csm_and_ae", "CSM with the account executive"


class RunState(TextChoices):
    """Where a run stands. Source: upsell-workflow, "Workflow States", as far as the steps do not say it."""

    RUNNING = "running", "Running"
    WAITING_PERSON = "waiting_person", "Waits for a person"
    WAITING_REPLY = "waiting_reply", "Waits for a reply"
    NEEDS_REVIEW = "needs_review", "Needs review"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


ENDED_RUN_STATES = frozenset({RunState.COMPLETED, RunState.DECLINED, RunState.CANCELLED})


class StepState(TextChoices):
    """Where a step stands: the states of a claimed row, and the step that a person leaves out."""

    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Under way"
    SENT = "sent", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    NEEDS_REVIEW = "needs_review", "Needs review"
    CANCELLED = "cancelled", "Cancelled"
    SKIPPED = "skipped", "Left out"


class UpsellReply(TextChoices):
    """What a customer answered to an introduction, or that nothing came in time. Source: upsell-workflow."""

    YES = "yes", "Yes"
    NO = "no", "No"
    MAYBE = "maybe", "Maybe"
    TIMEOUT = "timeout", "No reply in time"


class OpportunityStage(TextChoices):
    """Where an expansion stands."""

    IDENTIFIED = "identified", "Identified"
    INTRODUCED = "introduced", "Introduced"
    IN_TALKS = "in_talks", "In talks"
    WON = "won", "Won"
    LOST = "lost", "Lost"


STAGES_FOR_THE_CRM = frozenset({OpportunityStage.INTRODUCED, OpportunityStage.IN_TALKS, OpportunityStage.WON})
"""What was merely found, or was found and dismissed, is nobody's pipeline; the CRM hears of it once it is logged."""


class Directness(TextChoices):
    """How openly an introduction speaks of buying. Source: upsell-introduction-email, "What's Missing"."""

    SOFT = "soft", "Soft"
    DIRECT = "direct", "Direct"


class AskStanding(TextChoices):
    """What a question at Slack shows."""

    ASKS = "asks", "Asks for a yes"
    DECIDED = "decided", "Tells what became of it"


class ClickResult(TextChoices):
    """What a click at Slack did."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    REPEATED = "repeated", "Decided before"
    CHANGED = "changed", "Refused: the text was changed"
    REFUSED = "refused", "Refused"
    UNKNOWN_USER = "unknown_user", "Refused: nobody known"
    NOT_OURS = "not_ours", "Nothing of ours"


class ConnectionState(TextChoices):
    """Where the connection to Outreach.io stands."""

    DISCONNECTED = "disconnected", "Not connected"
    CONNECTED = "connected", "Connected"
    RECONNECT = "reconnect", "Connect again"


class EnrollmentState(TextChoices):
    """Where an enrollment stands on our side: a claimed row's states, named as INTERFACES names them."""

    PENDING = "pending_approval", "Waits for approval"
    APPROVED = "approved", "Approved"
    SENDING = "sending", "Under way"
    ENROLLED = "enrolled", "Enrolled"
    UNKNOWN = "unknown", "Unknown"
    NEEDS_REVIEW = "needs_review", "Needs review"
    FAILED = "failed", "Failed"
    DECLINED = "declined", "Declined"
    REMOVED = "removed", "Removed"


LIVE_ENROLLMENTS = frozenset(
    {
        EnrollmentState.PENDING,
        EnrollmentState.APPROVED,
        EnrollmentState.SENDING,
        EnrollmentState.ENROLLED,
        EnrollmentState.UNKNOWN,
        EnrollmentState.NEEDS_REVIEW,
    }
)
"""At most one of these for a person and a sequence."""

APPROVED_ENROLLMENTS = frozenset(
    {
        EnrollmentState.APPROVED,
        EnrollmentState.SENDING,
        EnrollmentState.ENROLLED,
        EnrollmentState.UNKNOWN,
        EnrollmentState.NEEDS_REVIEW,
    }
)
"""Never without a person's approval on record."""


class Standing(TextChoices):
    """Where a person stands in a sequence at Outreach.io, as far as we know their word for it."""

    ACTIVE = "active", "Active"
    PENDING = "pending", "Pending there"
    PAUSED = "paused", "Paused"
    DISABLED = "disabled", "Disabled there"
    FAILED = "failed", "Failed there"
    BOUNCED = "bounced", "Bounced"
    OPTED_OUT = "opted_out", "Opted out"
    FINISHED = "finished", "Finished"
    REPLIED = "replied", "Finished: replied"
    UNKNOWN = "unknown", "Unknown state"


ENDED_STANDINGS = frozenset(
    {Standing.FAILED, Standing.BOUNCED, Standing.OPTED_OUT, Standing.FINISHED, Standing.REPLIED}
)


class TriggerType(TextChoices):
    """What puts people forward for a sequence. Source: INTERFACES, "Trigger types"."""

    NEW_CUSTOMER = "new_customer", "New customer"
    RENEWAL_90_DAYS = "renewal_90_days", "Renewal in 90 days"
    HEALTH_DROP = "health_drop", "Health drop"
    CHAMPION_LEFT = "champion_left", "Champion left"


class AskedThrough(TextChoices):
    """Where an enrollment was asked for."""

    STAKEHOLDER = "stakeholder", "From the person"
    ACCOUNT = "account", "From the account"
    TRIGGER = "trigger", "By a trigger"
    API = "api", "By API"


class Wish(TextChoices):
    """What is still to be done at Outreach.io for somebody who is in a sequence there."""

    PAUSE = "pause", "Pause"
    RESUME = "resume", "Resume"
    FINISH = "finish", "Remove"


class PausedBy(TextChoices):
    """Who paused somebody there: what a stop paused goes on when the stop ends."""

    PERSON = "person", "A person"
    BRAKE = "brake", "The account's brake"
    HOLD = "hold", "The account's hold"
