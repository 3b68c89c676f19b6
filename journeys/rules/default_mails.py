"""The mails of a journey as a new workspace has them. Ops change them in the admin; this is only their beginning.

Source: the journey spec, workflows B and C and the pause: its subjects, structure, placeholders and buttons, in our own
words. A line of which every name is empty is left out.
"""

from __future__ import annotations

from journeys.enums import JourneyKind
from journeys.rules.default_staff_mails import STAFF_MAILS
from journeys.rules.mail_names import DefaultMail

MAILS = (
    DefaultMail(
        JourneyKind.UPCOMING.value,
        "Coming soon",
        "Your {{monthTitle}} deliverable is coming soon!",
        """Hi {{clientName}},

Your {{phaseName}} {{month}}: {{monthTitle}} deliverable will be ready on {{dueDate}}.

Until then, a few things help you to get the most out of it:
- Look through your {{previousTitle}} deliverable again
- Write down what you want to ask at our next check-in
- See that your contact details are up to date

We look forward to taking this next step with you.

[View Your Progress]({{progressLink}})

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.READY.value,
        "Ready",
        "🎉 Your {{monthTitle}} deliverable is ready!",
        """Hi {{clientName}},

Good news: your {{phaseName}} {{month}}: {{monthTitle}} deliverable is there for you.

[View Deliverable]({{deliverableLink}})

Inside, you'll find:
{{keyItems}}

With it you are {{progress}} of the way.
Next up: {{nextTitle}}, expected on {{nextDate}}.

Is anything unclear? Answer this mail, and we will sort it out together.

Keep the momentum up!

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.OVERDUE.value,
        "Not opened yet",
        "Need help with {{monthTitle}}?",
        """Hi {{clientName}},

Your {{phaseName}} {{month}} deliverable is waiting for you; it looks as if you have not come to it yet.

Is everything all right? We are here to help. If you are stuck or short of time, answer this mail and tell us \
what would make it easier.

[Access Deliverable]({{deliverableLink}})

You've got this!

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.CELEBRATE.value,
        "Month completed",
        "🎉 Congratulations! You completed {{phaseName}} {{month}}!",
        """Hi {{clientName}},

Great work on {{phaseName}} {{month}}: {{monthTitle}}!

You are now {{progress}} through your {{programName}} journey.

What you accomplished:
{{achievements}}

Next up: {{phaseName}} {{nextMonth}}: {{nextTitle}}
Expected: {{nextDate}}

[View Your Progress]({{progressLink}})

Keep going!

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.HALFWAY.value,
        "Halfway",
        "🌟 You're halfway there!",
        """Hi {{clientName}},

Congratulations! With {{monthTitle}} you have completed {{monthsDone}} out of {{monthsTotal}} steps: you are \
officially halfway through your {{programName}} journey.

Take a moment to see how far you have come:
{{allAchievements}}

Your {{monthTitle}} deliverable is ready as well:

[View Deliverable]({{deliverableLink}})

What you have built up carries the second part. Next up: {{nextTitle}}, expected on {{nextDate}}.

[View Your Full Journey]({{progressLink}})

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.COMPLETED.value,
        "Programme completed",
        "🎊 CONGRATULATIONS! You completed the {{programName}} program!",
        """Hi {{clientName}},

You did it! All {{monthsTotal}} steps of the {{programName}} program are completed.

From the first idea to this day, you have built:
{{allAchievements}}

[Download Certificate of Completion]({{certificateLink}})

Your last deliverable, {{monthTitle}}, is ready as well:

[View Deliverable]({{deliverableLink}})

This is only the beginning, and we are curious to see where you take it.

Thank you for letting us be part of it.

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.PAUSED.value,
        "Paused",
        "Your {{programName}} program is paused",
        """Hi {{clientName}},

As you asked, your program rests for a while.

Pause period: {{pauseStart}} - {{pauseEnd}}
Resume date: {{resumeDate}}

What comes afterwards:
{{timeline}}

You will hear from us shortly before it goes on.

[View Your Progress]({{progressLink}})

Take care, and see you soon!

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.RESUMES_SOON.value,
        "Resumes in three days",
        "Your {{programName}} program resumes on {{resumeDate}}",
        """Hi {{clientName}},

Your pause is almost over: on {{resumeDate}} your program goes on.

What comes next:
{{timeline}}

Do you need more time? Answer this mail, and we will move it.

[View Your Progress]({{progressLink}})

{{senderName}}""",
    ),
    DefaultMail(
        JourneyKind.WELCOME_BACK.value,
        "Welcome back",
        "Welcome back to {{programName}}!",
        """Hi {{clientName}},

Welcome back! Your program goes on from today.

Your updated timeline:
{{timeline}}

[View Your Progress]({{progressLink}})

We are glad to have you back.

{{senderName}}""",
    ),
    *STAFF_MAILS,
)
