"""The codes of the clock; values are those of the journey spec."""

from django.db.models import TextChoices


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
