"""What a person can do to a journey, said once for pages, API and selections: its form, its preview, its service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.models import Customer, User
from journeys.forms.actions import (
    ActionForm,
    AdjustForm,
    CancelForm,
    MonthForm,
    PauseForm,
    ReasonForm,
    StartForm,
    TriggerForm,
)
from journeys.models import Journey
from journeys.rules.changes import Plan
from journeys.services.adjusting import adjust_journey, preview_adjust
from journeys.services.changing import Refused
from journeys.services.forcing import force_month, preview_force
from journeys.services.journeys import cancel_journey, preview_cancel, preview_start, start_journey
from journeys.services.pausing import pause_journey, preview_pause, preview_resume, resume_journey
from journeys.services.skipping import preview_skip, skip_month
from journeys.services.triggering import preview_trigger_kind, trigger_kind


@dataclass(frozen=True)
class Asked:
    """One wish: for which account and journey, with which arguments. journey: None where none is there."""

    customer: Customer
    journey: Journey | None
    arguments: Mapping[str, Any]
    now: datetime
    by: User

    @property
    def subject(self) -> Any:
        """The journey. Raises Refused where there is none."""
        if self.journey is None:
            raise Refused("This client is on no journey.")
        return self.journey


@dataclass(frozen=True)
class Action:
    """verb: what the button says. lead: what it does, in a sentence. said: the message afterwards.

    needs_words: the form must be filled in before there is anything to preview.
    """

    code: str
    verb: str
    lead: str
    said: str
    form: type[ActionForm]
    run: Callable[..., Any]
    show: Callable[..., Plan]
    icon: str
    for_leaders: bool = False
    is_danger: bool = False
    needs_words: bool = True

    def preview(self, asked: Asked) -> Plan:
        """This will give the dates as they would be. Raises Refused."""
        return self.show(self._subject(asked), **asked.arguments, now=asked.now, by=asked.by)

    def carry_out(self, asked: Asked) -> None:
        """This will do it. Raises Refused, NotAllowed."""
        self.run(self._subject(asked), **asked.arguments, now=asked.now, by=asked.by)

    def _subject(self, asked: Asked) -> Any:
        return asked.customer if self.code == "start" else asked.subject


START = Action(
    "start", "Start", "All months and their automations are planned; starting approves the programme's mails.",
    "Started.", StartForm, start_journey, preview_start, "play",
)  # fmt: skip
PAUSE = Action(
    "pause", "Pause", "Nothing is written or sent meanwhile; when it goes on, every date moves by the time it stood.",
    "Paused.", PauseForm, pause_journey, preview_pause, "pause",
)  # fmt: skip
RESUME = Action(
    "resume", "Resume", "The pause ends now, and every date still to come moves by the days it took.",
    "Resumed. What waited goes on.", ReasonForm, resume_journey, preview_resume, "play", needs_words=False,
)  # fmt: skip
ADJUST = Action(
    "adjust", "Adjust the timeline", "Another first day; what is not delivered yet moves with it.",
    "The timeline has moved.", AdjustForm, adjust_journey, preview_adjust, "calendar-days",
)  # fmt: skip
SKIP = Action(
    "skip", "Skip a month", "Nothing of the month is written or sent; the next one waits no longer for it.",
    "Skipped.", MonthForm, skip_month, preview_skip, "forward",
)  # fmt: skip
TRIGGER = Action(
    "trigger", "Trigger now", "It is due now; a hold, the month before it and the cap on mails are asked all the same.",
    "Triggered. The clock runs it with its next tick.", TriggerForm, trigger_kind, preview_trigger_kind, "bolt",
)  # fmt: skip
FORCE = Action(
    "force", "Force a month", "It is written now, though the month before it is not delivered or no plan is approved.",
    "It is written with the next tick.", MonthForm, force_month, preview_force, "fire", for_leaders=True,
)  # fmt: skip
CANCEL = Action(
    "cancel", "Cancel the journey", "Everything still to come is cancelled. What was delivered stays.",
    "The journey is cancelled.", CancelForm, cancel_journey, preview_cancel, "x-circle", is_danger=True,
)  # fmt: skip

ACTIONS = {action.code: action for action in (START, PAUSE, RESUME, ADJUST, SKIP, TRIGGER, FORCE, CANCEL)}
BULK_ACTIONS = (START, PAUSE, RESUME, ADJUST, SKIP, TRIGGER, FORCE, CANCEL)
