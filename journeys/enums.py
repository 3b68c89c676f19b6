"""The codes of the clock and of the journey; values are those of the journey spec where it has them."""

from django.db.models import IntegerChoices, TextChoices


class AutomationType(TextChoices):
    """What sort of thing an automation is. Its `kind` names the handler; several kinds may be of one type."""

    GENERATE_DELIVERABLE = "GENERATE_DELIVERABLE", "Generate deliverable"
    SEND_REMINDER = "SEND_REMINDER", "Send reminder"
    SEND_CELEBRATION = "SEND_CELEBRATION", "Send celebration"
    ESCALATE_TO_ADMIN = "ESCALATE_TO_ADMIN", "Escalate to admin"
    UPDATE_STATUS = "UPDATE_STATUS", "Update status"
    SEND_NOTIFICATION = "SEND_NOTIFICATION", "Send notification"
    FOLLOW_UP = "FOLLOW_UP", "Follow up"
    WAIT_FOR_REPLY = "WAIT_FOR_REPLY", "Wait for reply"
    WRITE_TEXT = "WRITE_TEXT", "Write text"


class AutomationStatus(TextChoices):
    SCHEDULED = "SCHEDULED", "Scheduled"
    RUNNING = "RUNNING", "Running"
    COMPLETED = "COMPLETED", "Completed"
    FAILED = "FAILED", "Failed"
    CANCELLED = "CANCELLED", "Cancelled"
    SKIPPED = "SKIPPED", "Skipped"
    EXPIRED = "EXPIRED", "Expired"


class LogStatus(TextChoices):
    SUCCESS = "SUCCESS", "Success"
    FAILED = "FAILED", "Failed"
    SKIPPED = "SKIPPED", "Skipped"


class JourneyState(TextChoices):
    ACTIVE = "active", "Under way"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class JobPriority(IntegerChoices):
    """Which text is written first. Source: the journey spec, automatic generation, "Set job priority (MEDIUM)"."""

    HIGH = 1, "High: a person waits for it"
    MEDIUM = 2, "Medium: the clock asked for it"


class DeliverableState(TextChoices):
    """WRITING and FAILED are the job's, the others a person's. Source: the journey spec, workflow A, steps 6 and 7."""

    WRITING = "WRITING", "Being written"
    FAILED = "FAILED", "Could not be written"
    PENDING_REVIEW = "PENDING_REVIEW", "Pending review"
    REJECTED = "REJECTED", "To be revised"
    DELIVERED = "DELIVERED", "Delivered"


WAITING_DELIVERABLES = frozenset({DeliverableState.PENDING_REVIEW, DeliverableState.REJECTED, DeliverableState.FAILED})
"""They wait for one of us."""


class JourneyKind(TextChoices):
    """The kinds of automation of a journey; those that a client gets are the keys of their mails too."""

    GENERATE = "journey.generate", "Write the deliverable"
    UPCOMING = "journey.upcoming", "Coming soon"
    READY = "journey.ready", "Ready"
    OVERDUE = "journey.overdue", "Not opened yet"
    ESCALATE = "journey.escalate", "Escalate to staff"
    CELEBRATE = "journey.celebrate", "Month completed"
    HALFWAY = "journey.halfway", "Halfway"
    COMPLETED = "journey.completed", "Programme completed"
    STATUS = "journey.status", "Update the current month"
    REVISION = "journey.revision", "Remind of the revision"
    PAUSED = "journey.paused", "Paused"
    RESUMES_SOON = "journey.resumes_soon", "Resumes in three days"
    WELCOME_BACK = "journey.welcome_back", "Welcome back"


class MonthState(TextChoices):
    """How a month stands, as people and other systems are told: what its deliverable is, or what keeps it from one."""

    SCHEDULED = "SCHEDULED", "Scheduled"
    WRITING = "WRITING", "Being written"
    FAILED = "FAILED", "Could not be written"
    PENDING_REVIEW = "PENDING_REVIEW", "Pending review"
    REJECTED = "REJECTED", "To be revised"
    DELIVERED = "DELIVERED", "Delivered"
    OPENED = "OPENED", "Opened"
    SKIPPED = "SKIPPED", "Skipped"


class VersionAnswer(TextChoices):
    """What becomes of a journey on an older version when its programme has a newer one."""

    KEEP = "keep", "Keep the old version"
    MOVE = "move", "Move to the new version"
    SKIP = "skip", "Leave the changed months out"
