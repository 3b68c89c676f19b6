"""What a client's messages say, at the moments of the mails and in fewer words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.enums import JourneyKind


@dataclass(frozen=True)
class Said:
    """One message. leads_to: "month", "certificate", or "" for the journey itself."""

    title: str
    text: str
    leads_to: str = ""


WORDS = {
    JourneyKind.UPCOMING: Said("{month}: {title} comes soon", "You can read it here as soon as it is ready."),
    JourneyKind.READY: Said("{month}: {title} is ready for you", "Open it when you have a moment.", "month"),
    JourneyKind.OVERDUE: Said("{month}: {title} still waits for you", "It is ready to be opened.", "month"),
    JourneyKind.CELEBRATE: Said("{month} is completed", "Congratulations on {title}!"),
    JourneyKind.HALFWAY: Said("You are halfway through", "{month}, {title}, is completed. Well done!"),
    JourneyKind.COMPLETED: Said(
        "You have completed the programme", "Congratulations! Your certificate is here.", "certificate"
    ),
    JourneyKind.PAUSED: Said("Your programme is paused", "What you received stays here to read."),
    JourneyKind.RESUMES_SOON: Said("Your programme goes on soon", "The dates that are new stand on its page."),
    JourneyKind.WELCOME_BACK: Said("Welcome back", "Your programme goes on; its dates stand on its page."),
}
"""By the kind of the mail. Source: the journey spec, "Triggers notifications (email, in-app, portal messages)"."""


def say_message(kind: str, *, phase: str, number: int | None, title: str) -> Said:
    """Say one message. phase: what a step is called ("Month"); number, title: of the step it is about."""
    said = WORDS[JourneyKind(kind)]
    values = {"month": f"{phase} {number}" if number else phase, "title": title}
    return Said(said.title.format(**values), said.text.format(**values), said.leads_to)
