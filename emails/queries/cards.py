"""What a draft's card shows, for one draft or for all drafts of a plan in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from customers.models import User
from emails.enums import DraftState, Writer
from emails.models import Attachment, Draft, Reply, Writing
from emails.queries.checks import Judgement, judge, judge_figures
from emails.queries.claims import ClaimsCard
from emails.queries.events import EventLine, list_event_lines
from emails.queries.senders import may_sign, waits_for_sender
from emails.registry import DraftAction, draft_actions
from emails.rules.grounding import Span
from emails.rules.prices import PriceBreach

POLL_S = 2
POLL_WAITING_S = 20
"""How often a card asks whether Claude's version is there: rarely while Claude is paused."""

STATE_TONES = {
    DraftState.DRAFT: "",
    DraftState.APPROVED: "info",
    DraftState.SCHEDULED: "info",
    DraftState.QUEUED: "info",
    DraftState.SENDING: "info",
    DraftState.SENT: "good",
    DraftState.DELIVERED: "good",
    DraftState.BOUNCED: "bad",
    DraftState.FAILED: "bad",
    DraftState.BLOCKED: "warn",
    DraftState.UNKNOWN: "warn",
    DraftState.NEEDS_REVIEW: "warn",
    DraftState.CANCELLED: "",
}

_WHY = {
    DraftState.BLOCKED: "Not sent yet",
    DraftState.FAILED: "Could not be sent",
    DraftState.UNKNOWN: "It may have been sent; nobody can say yet",
    DraftState.NEEDS_REVIEW: "A person must settle this",
}


@dataclass(frozen=True)
class DraftCard(ClaimsCard):
    """A draft as its card shows it to one reader."""

    draft: Draft
    judgement: Judgement
    may_edit: bool
    may_approve: bool
    may_sign: bool = False
    waits_for_sender: bool = False

    @property
    def why_title(self) -> str:
        """What to call the reason why it stands where it stands; "" where nothing stopped it."""
        return _WHY.get(DraftState(self.draft.state), "") if self.draft.outcome else ""

    @property
    def state_tone(self) -> str:
        return STATE_TONES[DraftState(self.draft.state)]

    @property
    def state_label(self) -> str:
        return DraftState(self.draft.state).label

    @property
    def spans(self) -> list[Span]:
        return self.judgement.spans

    @property
    def texts(self) -> tuple[str, str]:
        return self.draft.subject, self.draft.body

    @property
    def confirm_url(self) -> str:
        return reverse("emails:draft_confirm_fact", args=[self.draft.pk])

    @property
    def remove_url(self) -> str:
        return reverse("emails:draft_remove_fact", args=[self.draft.pk])

    @property
    def breaches(self) -> list[PriceBreach]:
        return self.judgement.breaches

    @property
    def is_ready(self) -> bool:
        """Whether nothing in the text stands in the way of sending."""
        return not self.judgement.open_spans and bool(self.draft.subject.strip() and self.draft.body.strip())

    @cached_property
    def attachments(self) -> list[Attachment]:
        return list(self.draft.attachments.all())

    @property
    def written_by(self) -> str:
        if self.draft.writer == Writer.PERSON:
            return self.draft.written_by.display_name if self.draft.written_by else "A person"
        return Writer(self.draft.writer).label

    @property
    def writing(self) -> Writing | None:
        """The version that Claude was asked for last."""
        return getattr(self.draft, "writing", None)

    @property
    def is_being_written(self) -> bool:
        return self.writing is not None and self.writing.is_open and self.draft.is_editable

    @property
    def is_kept_waiting(self) -> bool:
        """Whether Claude was asked in vain and is asked again."""
        return self.is_being_written and self.writing is not None and self.writing.is_waiting

    @property
    def has_version_aside(self) -> bool:
        return self.writing is not None and self.writing.is_kept_aside and self.draft.writer != Writer.CLAUDE

    @property
    def writer_words(self) -> str:
        """What the writer has to say of this text: why not Claude, and what it could not do."""
        if self.draft.writer == Writer.PERSON:
            return ""
        writing = self.writing
        failed = writing is not None and not writing.is_open and writing.version == self.draft.version
        outcome = writing.outcome if writing is not None and failed else ""
        return f"{outcome} {self.draft.writer_note}".strip()

    @property
    def poll_s(self) -> int:
        return POLL_WAITING_S if self.is_kept_waiting else POLL_S

    @property
    def engagement(self) -> list[tuple[str, datetime | None]]:
        return [
            ("Opened", self.draft.opened_at),
            ("Clicked", self.draft.clicked_at),
            ("Replied", self.draft.replied_at),
        ]

    @cached_property
    def actions(self) -> Sequence[DraftAction]:
        """What the app that it was written for offers to do with it, read when a page shows it."""
        return draft_actions(self.draft) if self.may_edit else ()

    @cached_property
    def events(self) -> list[EventLine]:
        """What the provider told of it, read when a page shows it."""
        return list_event_lines(self.draft)

    @cached_property
    def replies(self) -> list[Reply]:
        """What was answered to it, read when a page shows it."""
        return list(self.draft.replies.defer("text", "full_text", "headers").order_by("received_at", "pk"))


def make_card(draft: Draft, *, reader: User) -> DraftCard:
    """Make the card of one draft, every fact read again."""
    return draw_card(judge(draft), reader=reader)


def make_cards(drafts: Iterable[Draft], *, reader: User) -> dict[UUID, DraftCard]:
    """Make the cards of several drafts (from `Draft.objects.with_people()`) together."""
    rows = list(drafts)
    judged = judge_figures(rows)
    return {draft.pk: draw_card(judged[draft.pk], reader=reader) for draft in rows}


def draw_card(judgement: Judgement, *, reader: User) -> DraftCard:
    """Make the card of a draft whose claims are judged already."""
    draft = judgement.draft
    waits = waits_for_sender(draft, by=reader)
    return DraftCard(
        draft,
        judgement,
        may_edit=reader.is_writer and draft.is_editable,
        may_approve=not waits and (reader.is_leader or (reader.is_worker and not judgement.lead_reasons)),
        may_sign=draft.is_editable and may_sign(draft, by=reader),
        waits_for_sender=waits,
    )
