"""The tables of outreach."""

from outreach.models.alerts import UsageAlert
from outreach.models.crm import CrmSettings, CrmWrite
from outreach.models.enrollments import (
    Enrollment,
    EnrollmentDesk,
    OutreachNews,
    ProspectLink,
    TriggerLog,
    TriggerMapping,
)
from outreach.models.offers import ExpansionLook, FeatureRequest, Offer
from outreach.models.outreach_io import (
    OAuthState,
    OutreachConnection,
    OutreachMailbox,
    OutreachSequence,
    OutreachSequenceStep,
)
from outreach.models.outreach_mails import OutreachMail
from outreach.models.outreach_stand_in import StandInDesk, StandInGrant, StandInNews, StandInThing
from outreach.models.plans import OutreachPlan, Touch
from outreach.models.reactions import Reaction, ScheduleChange
from outreach.models.settings import OutreachSettings
from outreach.models.slack import SlackClick, SlackQuestion
from outreach.models.upsell import Opportunity, UpsellIntroduction, UpsellRun, UpsellStep

__all__ = [
    "CrmSettings",
    "CrmWrite",
    "Enrollment",
    "EnrollmentDesk",
    "ExpansionLook",
    "FeatureRequest",
    "OAuthState",
    "Offer",
    "Opportunity",
    "OutreachConnection",
    "OutreachMail",
    "OutreachMailbox",
    "OutreachNews",
    "OutreachPlan",
    "OutreachSequence",
    "OutreachSequenceStep",
    "OutreachSettings",
    "ProspectLink",
    "Reaction",
    "ScheduleChange",
    "SlackClick",
    "SlackQuestion",
    "StandInDesk",
    "StandInGrant",
    "StandInNews",
    "StandInThing",
    "Touch",
    "TriggerLog",
    "TriggerMapping",
    "UpsellIntroduction",
    "UpsellRun",
    "UpsellStep",
    "UsageAlert",
]
