"""What our own people are written of journeys, as a new workspace has it. Ops change it in the admin."""

from __future__ import annotations

from emails.enums import Audience
from journeys.rules.effects import StaffNews
from journeys.rules.mail_names import DIGEST_KEY, FAILED_KEY, NOTICE_KEY, NOTICES_KEY, DefaultMail, staff_key

STAFF_MAILS = (
    DefaultMail(
        staff_key(StaffNews.NOT_OPENED),
        "Escalation: not opened",
        "🚨 Client Alert: {{clientName}} is {{daysOverdue}} days overdue",
        """Client: {{clientName}}
Contact: {{contactName}}
Current {{phaseName}}: M{{month}}
Deliverable: {{monthTitle}}
Due date: {{dueDate}}
Status: {{status}}

What you can do:

[View Client Dashboard]({{dashboardLink}})

[Send Personal Message]({{messageLink}})

[Schedule Check-in Call]({{callLink}})

This client may need a hand.""",
        Audience.STAFF,
    ),
    DefaultMail(
        staff_key(StaffNews.PREVIOUS_OPEN),
        "Escalation: the month before is open",
        "{{clientName}}: M{{month}} waits for the one before it",
        """{{phaseName}} {{month}}: {{monthTitle}} of {{clientName}} was to begin on {{dueDate}}, but \
{{previousTitle}} is not delivered yet.

It begins by itself when that one is delivered; an administrator may begin it earlier.

[View Client Dashboard]({{dashboardLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        staff_key(StaffNews.PLAN_MISSING),
        "Business plan missing",
        "{{clientName}}: the business plan is not approved",
        """{{phaseName}} {{month}}: {{monthTitle}} of {{clientName}} was to begin on {{dueDate}}. It is written \
from the business plan, and that is not approved yet.

It begins by itself when the plan is approved.

[Open the Business Plan]({{planLink}})

[View Client Dashboard]({{dashboardLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        staff_key(StaffNews.NOT_RELEASED),
        "Not released yet",
        "{{clientName}}: M{{month}} waits for your release",
        """{{phaseName}} {{month}}: {{monthTitle}} of {{clientName}} was due on {{dueDate}} and has not been \
released to the client.

Status: {{status}}

[Open the Deliverable]({{deliverableLink}})

[View Client Dashboard]({{dashboardLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        staff_key(StaffNews.REVISION_WAITS),
        "Revision reminder",
        "{{clientName}}: the revision of M{{month}} waits",
        """{{phaseName}} {{month}}: {{monthTitle}} of {{clientName}} was sent back and has not been revised since.

What was asked for: {{note}}

[Open the Deliverable]({{deliverableLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        staff_key(StaffNews.NOT_WRITTEN),
        "Escalation: could not be written",
        "{{clientName}}: M{{month}} could not be written",
        """{{phaseName}} {{month}}: {{monthTitle}} of {{clientName}} was to be written and could not be, also when it \
was tried again. It was due on {{dueDate}}.

Write it again, have the built-in writer write it, or write it yourself:

[Open the Deliverable]({{deliverableLink}})

[View Client Dashboard]({{dashboardLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        FAILED_KEY,
        "An automation failed",
        "{{clientName}}: “{{automation}}” failed",
        """“{{automation}}” for {{clientName}} failed {{attempts}} times and is not tried again by itself.

What went wrong: {{error}}

[View Full Automation Log]({{logLink}})

[Open the Account]({{accountLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        NOTICE_KEY,
        "Escalation: a notice",
        "🚨 {{news}}",
        """Hi {{staffName}},

{{news}}.

[Open the Account]({{accountLink}})

[Your Notices]({{noticesLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        NOTICES_KEY,
        "Digest of notices",
        "{{count}} notices for you",
        """What you were told and have not read:
{{notices}}

[Your Notices]({{noticesLink}})""",
        Audience.STAFF,
    ),
    DefaultMail(
        DIGEST_KEY,
        "Weekly digest",
        "Automations of the week, {{fromDate}} to {{toDate}}",
        """Hi {{staffName}},

This is what happened by itself for {{scope}} between {{fromDate}} and {{toDate}}.

What ran:
{{fired}}

What failed:
{{failed}}

What comes in the next seven days:
{{upcoming}}

[View Full Automation Log]({{logLink}})""",
        Audience.STAFF,
    ),
)
