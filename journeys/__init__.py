"""The clock: everything that has a due time is a row here, run by one `tick()`.

Holds automations and their log, and later the programme of months, deliverables, reminders and the client portal.
May import emails and customers (their floors 0-3). Apps on the left register their handlers in `journeys.registry`.
"""
