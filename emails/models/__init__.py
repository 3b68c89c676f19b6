"""The tables of the emails app, by noun."""

from emails.models.captured import CapturedMail
from emails.models.drafts import Draft
from emails.models.events import EventBatch, MailEvent
from emails.models.parts import Attachment, DraftVersion
from emails.models.replies import InboundMail, Reply
from emails.models.staff_mails import StaffMail
from emails.models.suppression import Suppression
from emails.models.templates import MailTemplate, MailTemplateVersion
from emails.models.writings import Writing

__all__ = [
    "Attachment",
    "CapturedMail",
    "Draft",
    "DraftVersion",
    "EventBatch",
    "InboundMail",
    "MailEvent",
    "MailTemplate",
    "MailTemplateVersion",
    "Reply",
    "StaffMail",
    "Suppression",
    "Writing",
]
