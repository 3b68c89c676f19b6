"""The mails of a journey by template: their shape and the names they may use. Source: the spec's placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emails.enums import Audience
from emails.registry import TemplateName
from journeys.enums import JourneyKind
from journeys.rules.effects import StaffNews

DIGEST_KEY = "staff.digest"
FAILED_KEY = "staff.automation_failed"
NOTICE_KEY = "staff.notice"
NOTICES_KEY = "staff.notices"


@dataclass(frozen=True)
class DefaultMail:
    """A mail as it is before ops change it."""

    key: str
    name: str
    subject: str
    body: str
    audience: Audience = Audience.CLIENT


CLIENT = (
    TemplateName("clientName", "What the contact is called", "Sarah"),
    TemplateName("accountName", "The account", "Acme Corporation"),
    TemplateName("programName", "What the programme is called, from the settings", "Evergreen"),
    TemplateName("companyName", "Our company", "Evergreen"),
    TemplateName("senderName", "Whose name it leaves in", "Dana Whitfield"),
    TemplateName("progressLink", "The client's page of the journey", "https://…", is_link=True),
)
MONTH = (
    TemplateName("phaseName", "What one step is called", "Month"),
    TemplateName("month", "Its number", "3"),
    TemplateName("monthTitle", "Its title", "Market entry"),
    TemplateName("dueDate", "When it is due", "30 January 2027"),
    TemplateName("previousTitle", "The title of the one before; empty for the first", "Brand identity"),
    TemplateName("keyItems", "What is inside, a point each", "- The market to enter first"),
    TemplateName("achievements", "What the client has then, a point each", "- Market entry prepared"),
    TemplateName("allAchievements", "The first achievement of each month so far", "- Business plan finalized"),
    TemplateName("progress", "How far through the programme", "37.5%"),
    TemplateName("monthsDone", "Which one it is, of those that are not skipped", "3"),
    TemplateName("monthsTotal", "How many there are, without the skipped ones", "8"),
    TemplateName("nextMonth", "The number of the next one; empty after the last", "4"),
    TemplateName("nextTitle", "Its title", "Sales engine"),
    TemplateName("nextDate", "When it is expected", "1 March 2027"),
    TemplateName("deliverableLink", "The page of the deliverable", "https://…", is_link=True),
)
CERTIFICATE = (TemplateName("certificateLink", "The certificate of completion", "https://…", is_link=True),)
PAUSE = (
    TemplateName("pauseStart", "The first day of the pause", "4 February 2027"),
    TemplateName("pauseEnd", "Its last day, or “open”", "17 February 2027"),
    TemplateName("resumeDate", "When it goes on; empty while it is open-ended", "18 February 2027"),
    TemplateName("timeline", "The open months with their new dates, a point each", "- M4: 15 March 2027"),
)
STAFF = (
    TemplateName("staffName", "The colleague it goes to", "Dana"),
    TemplateName("clientName", "The account", "Acme Corporation"),
    TemplateName("contactName", "The contact there", "Sarah Lee"),
    TemplateName("programName", "What the programme is called", "Evergreen"),
    TemplateName("phaseName", "What one step is called", "Month"),
    TemplateName("month", "Its number", "3"),
    TemplateName("monthTitle", "Its title", "Market entry"),
    TemplateName("dueDate", "When it was due", "30 January 2027"),
    TemplateName("status", "How it stands", "Delivered 30 January 2027, not opened"),
    TemplateName("daysOverdue", "Days since it was delivered, or since it was due", "7"),
    TemplateName("note", "What the reviewer wrote when it was sent back", "Name the second market too."),
    TemplateName("previousTitle", "The title of the one before", "Brand identity"),
    TemplateName("dashboardLink", "The client's journey here", "https://…", is_link=True),
    TemplateName("deliverableLink", "The deliverable here", "https://…", is_link=True),
    TemplateName("messageLink", "A personal message to the contact", "https://…", is_link=True),
    TemplateName("callLink", "Schedule a check-in call", "https://…", is_link=True),
    TemplateName("planLink", "The business plan here", "https://…", is_link=True),
)
DIGEST = (
    TemplateName("staffName", "The colleague it goes to", "Dana"),
    TemplateName("scope", "Whose clients it is about", "your clients"),
    TemplateName("fromDate", "The first day it looks at", "25 January 2027"),
    TemplateName("toDate", "The last day it looks at", "31 January 2027"),
    TemplateName("fired", "What ran, a point per kind", "- Coming soon: 4"),
    TemplateName("upcoming", "What comes in the next seven days, a point per kind", "- Write the deliverable: 2"),
    TemplateName("failed", "What failed, a point each", "- Acme Corporation: Coming soon, month-3"),
    TemplateName("logLink", "The automation log", "https://…", is_link=True),
)
FAILED = (
    TemplateName("staffName", "The colleague it goes to", "Dana"),
    TemplateName("clientName", "The account", "Acme Corporation"),
    TemplateName("automation", "What was to be done", "Coming soon, M3"),
    TemplateName("attempts", "How often it was tried", "4"),
    TemplateName("error", "What went wrong the last time", "TimeoutError: no answer"),
    TemplateName("accountLink", "The account here", "https://…", is_link=True),
    TemplateName("logLink", "The automation log", "https://…", is_link=True),
)

NOTICE = (
    TemplateName("staffName", "The colleague it goes to", "Dana"),
    TemplateName("clientName", "The account", "Acme Corporation"),
    TemplateName("news", "What is told, in a line", "Nobody at Acme Corporation has answered in two weeks"),
    TemplateName("accountLink", "The account here", "https://…", is_link=True),
    TemplateName("noticesLink", "The colleague's notices here", "https://…", is_link=True),
)
NOTICES = (
    TemplateName("count", "How many there are", "3"),
    TemplateName("notices", "What was told, a point each", "- A mail to Acme Corporation came back"),
    TemplateName("noticesLink", "The colleague's notices here", "https://…", is_link=True),
)

_ABOUT_PAUSE = (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK)
_ABOUT_MONTH = (
    JourneyKind.UPCOMING,
    JourneyKind.READY,
    JourneyKind.OVERDUE,
    JourneyKind.CELEBRATE,
    JourneyKind.HALFWAY,
)

NAMES: Mapping[str, tuple[TemplateName, ...]] = {
    **{kind.value: CLIENT + MONTH for kind in _ABOUT_MONTH},
    JourneyKind.COMPLETED.value: CLIENT + MONTH + CERTIFICATE,
    **{kind.value: CLIENT + PAUSE for kind in _ABOUT_PAUSE},
    **{f"staff.{news.value}": STAFF for news in StaffNews},
    DIGEST_KEY: DIGEST,
    FAILED_KEY: FAILED,
    NOTICE_KEY: NOTICE,
    NOTICES_KEY: NOTICES,
}


def staff_key(news: StaffNews) -> str:
    return f"staff.{news.value}"
