"""The named sets of states and codes of the ground; values are the codes that the specs write."""

from django.db.models import IntegerChoices, TextChoices


class Role(TextChoices):
    """What a person of ours may do, or another system's account; see `customers/rules/access.py`."""

    CSM = "csm", "Customer success manager"
    LEAD = "lead", "CS lead"
    OPS = "ops", "Ops"
    READ_ONLY = "read_only", "Read only"
    INTEGRATION = "integration", "Integration"


class StakeholderRole(TextChoices):
    CHAMPION = "champion", "Champion"
    DECISION_MAKER = "decision_maker", "Decision maker"
    ECONOMIC_BUYER = "economic_buyer", "Economic buyer"
    USER = "user", "User"
    EXECUTIVE_SPONSOR = "executive_sponsor", "Executive sponsor"


class Pressure(TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class ContractState(TextChoices):
    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"


class HoldScope(TextChoices):
    JOURNEY = "journey", "Journey"
    ACCOUNT = "account", "Whole account"


class MeetingState(TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class TodoState(TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    DISMISSED = "dismissed", "Dismissed"


class TodoActor(TextChoices):
    """Who carries a task out: the machine watches, a person acts."""

    AI = "ai", "AI task"
    CSM = "csm", "CSM task"


class ClaimState(TextChoices):
    """The states of a row that leaves the house; a table may use a subset and add labels of its own."""

    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    NEEDS_REVIEW = "needs_review", "Needs review"
    CANCELLED = "cancelled", "Cancelled"


class Scope(TextChoices):
    """What an API token may do; `approve` makes what it sends count as its person's approval."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    APPROVE = "approve", "Approve"
    ADMIN = "admin", "Admin"


class ImportState(TextChoices):
    UPLOADED = "uploaded", "Uploaded"
    CHECKED = "checked", "Checked"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"


class Weekday(IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class SourceKind(TextChoices):
    """Where usage and contracts are pulled from."""

    HTTP = "http", "An HTTP address"
    SALESFORCE = "salesforce", "Salesforce"


class PullState(TextChoices):
    """Where one pull stands."""

    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class SealKind(TextChoices):
    """What stands at a place of the chain over the record."""

    OPENING = "opening", "The chain's beginning"
    LINE = "line", "A line that this house wrote"
    UNMARKED = "unmarked", "A line without the house's mark"


class CheckState(TextChoices):
    """Where a verification of the record stands."""

    QUEUED = "queued", "Waits"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Broken off"


class NoticeKind(TextChoices):
    """What a person is told of; in the order in which they choose."""

    REPLY = "reply", "A reply arrived"
    APPROVAL = "approval", "Something waits for your approval"
    SENDING = "sending", "A mail was not sent"
    REVIEW = "review", "A deliverable waits for your review"
    UPSELL = "upsell", "An upsell run waits"
    ENROLLMENT = "enrollment", "An enrollment waits"
    AUTOMATION = "automation", "An automation failed"
    DESK = "desk", "Accounts or a desk come to you"
    ESCALATION = "escalation", "An escalation"


class NoticeChannel(TextChoices):
    IN_APP = "in_app", "In Evergreen"
    DIGEST = "digest", "Email digest"
    SLACK = "slack", "Slack"


class DigestEvery(TextChoices):
    DAY = "day", "Each working day"
    WEEK = "week", "On Mondays"


class NoticeMail(TextChoices):
    """By which mail a notice goes; `told` where another mail has said it already."""

    NONE = "", "None"
    NOW = "now", "At once"
    DIGEST = "digest", "Digest"
    TOLD = "told", "Told"


class AbsenceState(TextChoices):
    """Where an absence stands; the clock moves it at its moments."""

    PLANNED = "planned", "Planned"
    RUNNING = "running", "Away now"
    OVER = "over", "Over"
    CANCELLED = "cancelled", "Taken back"
