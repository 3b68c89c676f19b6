"""News of outreach plans, sent after commit, ids and plain values only."""

from django.dispatch import Signal

plan_opened = Signal()  # customer_id, plan_id
plan_closed = Signal()  # customer_id, plan_id, end
touch_done = Signal()  # customer_id, plan_id, touch_id
alerts_kept = Signal()  # nothing: the alerts that came in and wait stand in the rows
alert_decided = Signal()  # customer_id, alert_id, outcome
reaction_undone = Signal()  # customer_id, reaction_id, choice, decided_at (ISO)
slack_changed = Signal()  # nothing: what is to be asked, shown or answered at Slack stands in the rows
outreach_discovery_claimed = Signal()  # nothing: what there is at Outreach.io is to be read
outreach_changed = Signal()  # nothing: what is to be asked of Outreach.io, or told by its stand-in, stands in the rows
introduction_answered = Signal()  # customer_id, introduction_id, response, by_id: by word of a colleague
run_moved = Signal()  # nothing: which steps of upsell runs are to be taken stands in the rows
opportunity_logged = Signal()  # customer_id, opportunity_id: a run has logged it, or an answer to it has changed
enrollment_approved = Signal()  # customer_id, enrollment_id
enrollments_due = Signal()  # nothing: what is to be done at Outreach.io stands in the rows
outreach_news_kept = Signal()  # nothing: the calls of Outreach.io that wait stand in the rows
enrollment_replied = Signal()  # customer_id, stakeholder_id, enrollment_id, replied_at (ISO)
