"""Writing with Claude without making a person wait: the background job, the breaker, and what the card says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.models import Contract, Stakeholder, User
from emails.enums import DraftState, PriceApproach, Tone, Writer
from emails.models import Draft, DraftVersion, Writing
from emails.models.writings import KEPT_ASIDE
from emails.rules.letters import Origin
from emails.services import writings
from emails.services.drafts import regenerate, regenerate_at_once
from emails.services.editing import reload, restore_version, save_draft
from emails.services.ordering import LetterOrder, prepare, write_and_wait
from emails.services.sending import approve
from emails.writing import breaker, writers
from tests.emails.conftest import contract_facts, make_brief, make_draft
from tests.emails.test_writers import GOOD, message

pytestmark = pytest.mark.django_db
TEXT = GOOD | {"paragraphs": [*GOOD["paragraphs"][:2], "For the next term we propose $268,000.", "May we talk?"]}
MINUTE = timedelta(seconds=60)


class Model:
    """A model at the wire: answers what it is told to, keeps what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[dict[str, Any]] = []
        self.body: Any = message(TEXT)
        self.status = 200
        self.before: Any = None
        self.let_go = threading.Event()
        self.hangs = False
        server.expect_request("/v1/messages", method="POST").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.asked.append(request.get_json())
        if self.hangs:
            self.let_go.wait(20)
        body = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(body, status=self.status, content_type="application/json")


@pytest.fixture
def model(httpserver: HTTPServer, settings: Any) -> Iterator[Model]:
    settings.ANTHROPIC_API_KEY = "sk-test"
    settings.ANTHROPIC_BASE_URL = httpserver.url_for("").rstrip("/")
    settings.OUTBOUND = "on"
    cache.clear()
    model = Model(httpserver)
    yield model
    model.let_go.set()
    cache.clear()


@pytest.fixture
def letter(model: Model, sarah: Stakeholder, contract: Contract, csm: User, win: Any, now: datetime) -> Draft:
    return make_draft(sarah, contract, csm, now)


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def order_for(person: Stakeholder, contract: Contract, sender: User) -> LetterOrder:
    return LetterOrder(
        customer=person.customer,
        stakeholder=person,
        sender=sender,
        brief=make_brief(person, sender, approach=PriceApproach.VALUE_FIRST),
        facts=contract_facts(contract),
        origin=Origin(id=uuid4()),
        is_price_locked=True,
    )


def writing_of(draft: Draft) -> Writing:
    found: Writing = Writing.objects.get(draft=draft)
    return found


# -- at once, and then Claude's ---------------------------------------------------------------------------------


def test_letter_is_there_at_once_and_claude_is_not_asked(model: Model, letter: Draft) -> None:
    assert (letter.writer, model.asked) == (Writer.BUILT_IN, [])
    assert writing_of(letter).is_open
    assert writing_of(letter).version == letter.version


def test_claudes_version_takes_the_place_of_an_untouched_letter(model: Model, letter: Draft, now: datetime) -> None:
    assert writings.write_due(now=now) == 1

    fresh = reload(letter)
    assert (fresh.writer, fresh.subject, fresh.version) == (Writer.CLAUDE, TEXT["subject"], letter.version + 1)
    assert fresh.body.startswith("Hi Sarah,\n\nYou know us well.")
    assert not fresh.was_changed
    assert not writing_of(letter).is_open
    assert [row.reason for row in fresh.versions.all()] == ["Claude's version", "First draft"]
    assert writings.write_due(now=now + timedelta(days=1)) == 0
    assert len(model.asked) == 1


def test_without_a_key_nothing_waits(draft: Draft) -> None:
    assert not Writing.objects.exists()


def test_touched_letter_stays_and_claudes_version_can_be_brought_back(
    model: Model, letter: Draft, csm: User, now: datetime
) -> None:
    mine = save_draft(letter, version=letter.version, now=now, by=csm, body="Hi Sarah,\n\nmine.\n\nDana")

    writings.write_due(now=now)

    kept = reload(letter)
    assert (kept.body, kept.version, kept.writer) == (mine.body, mine.version, Writer.PERSON)
    assert writing_of(letter).outcome == KEPT_ASIDE
    aside = DraftVersion.objects.get(draft=letter, is_aside=True)
    assert aside.subject == TEXT["subject"]
    restored = restore_version(kept, aside, version=kept.version, now=now, by=csm)
    assert (restored.subject, restored.writer) == (TEXT["subject"], Writer.CLAUDE)
    assert restored.versions.first().reason == "Claude's version brought back"


def test_edit_while_claude_writes_wins(
    model: Model, letter: Draft, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit_meanwhile(*args: Any, **kwargs: Any) -> Any:
        answers = writers.ask_claude(*args, **kwargs)
        save_draft(letter, version=letter.version, now=now, by=csm, body="Hi Sarah,\n\nmine.\n\nDana")
        return answers

    monkeypatch.setattr(writings, "ask_claude", edit_meanwhile)

    writings.write_due(now=now)

    assert "mine" in reload(letter).body
    assert DraftVersion.objects.filter(draft=letter, is_aside=True).count() == 1


def test_approved_letter_is_left_as_it_was_approved(model: Model, letter: Draft, csm: User, now: datetime) -> None:
    approved = approve(letter, version=letter.version, now=now, by=csm)

    writings.write_due(now=now)

    after = reload(letter)
    assert (after.state, after.body, after.approval_hash) == (
        DraftState.APPROVED,
        approved.body,
        approved.approval_hash,
    )


def test_deleted_letter_is_not_asked_for(model: Model, letter: Draft, now: datetime) -> None:
    Draft.objects.filter(pk=letter.pk).update(state=DraftState.CANCELLED)

    writings.write_due(now=now)

    assert (model.asked, writing_of(letter).is_open) == ([], False)


def test_job_of_a_dead_worker_falls_due_again_and_the_clock_finds_it(
    model: Model, letter: Draft, now: datetime
) -> None:
    Writing.objects.filter(draft=letter).update(token=uuid4(), due_at=now + writings.LEASE)

    assert writings.sweep(now=now + timedelta(seconds=30)) == 0
    assert writings.sweep(now=now + writings.LEASE + writings.OVERDUE_AFTER) == 1

    assert reload(letter).writer == Writer.CLAUDE


def test_lost_lease_writes_nothing(model: Model, letter: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*args: Any, **kwargs: Any) -> Any:
        answers = writers.ask_claude(*args, **kwargs)
        Writing.objects.update(token=uuid4())
        return answers

    monkeypatch.setattr(writings, "ask_claude", lose)

    writings.write_due(now=now)

    assert reload(letter).writer == Writer.BUILT_IN
    assert not DraftVersion.objects.filter(is_aside=True).exists()


def test_claimed_writing_needs_a_lease(letter: Draft) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Writing.objects.filter(draft=letter).update(token=uuid4(), due_at=None)


# -- when the model is down -----------------------------------------------------------------------------------------


def test_refused_connection_pauses_claude_and_the_work_waits(
    model: Model, letter: Draft, settings: Any, now: datetime
) -> None:
    good = settings.ANTHROPIC_BASE_URL
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{closed.getsockname()[1]}"
        writings.write_due(now=now)

    assert breaker.pause_reason() == "Claude could not be reached."
    waiting = writing_of(letter)
    assert (waiting.due_at, waiting.attempts, waiting.is_waiting) == (now + MINUTE, 1, True)

    settings.ANTHROPIC_BASE_URL = good
    writings.write_due(now=now + MINUTE)
    assert model.asked == [], "paused"
    assert writing_of(letter).attempts == 1, "waiting out a pause is no attempt"

    breaker.close_breaker()
    writings.write_due(now=now + 2 * MINUTE)
    assert reload(letter).writer == Writer.CLAUDE


def test_letter_asked_for_during_a_pause_waits_for_its_end(
    model: Model, sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    breaker.open_breaker("Claude did not answer in time.")

    letter = make_draft(sarah, contract, csm, now)

    assert (letter.writer, writing_of(letter).due_at) == (Writer.BUILT_IN, now + MINUTE)
    assert writing_of(letter).is_waiting


def test_hanging_model_is_given_up_at_the_deadline(
    model: Model, letter: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.hangs = True
    monkeypatch.setattr(writings, "WITHIN_S", 0.5)

    writings.write_due(now=now)

    assert breaker.pause_reason() == "Claude did not answer in time."
    assert reload(letter).writer == Writer.BUILT_IN
    assert writing_of(letter).due_at == now + MINUTE


@pytest.mark.parametrize("status", [429, 500, 529])
def test_overloaded_model_is_asked_three_times_and_then_left(
    model: Model, letter: Draft, now: datetime, status: int
) -> None:
    model.status, model.body = status, {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}

    for minute in range(6):
        writings.write_due(now=now + minute * MINUTE)

    assert len(model.asked) == writings.MOST_ATTEMPTS
    assert not writing_of(letter).is_open
    assert "Regenerate asks Claude again" in writing_of(letter).outcome
    assert breaker.pause_reason() == "", "it answers, so others may ask"


@pytest.mark.parametrize(
    ("body", "tries"),
    [
        (message(TEXT, stop="refusal"), 1),
        (message(TEXT, stop="max_tokens"), 3),
        (message(TEXT, text="rubbish"), 3),
        ("<html>not json at all", 3),
    ],
)
def test_unusable_answer_leaves_the_built_in_letter(
    model: Model, letter: Draft, now: datetime, body: Any, tries: int
) -> None:
    model.body = body

    for minute in range(5):
        writings.write_due(now=now + minute * MINUTE)

    after = reload(letter)
    assert (after.writer, after.body, after.version) == (Writer.BUILT_IN, letter.body, letter.version)
    assert not writing_of(letter).is_open
    assert 1 <= len(model.asked) <= tries
    assert writing_of(letter).outcome.startswith("Claude")


def test_version_is_not_written_an_hour_later(model: Model, letter: Draft, now: datetime) -> None:
    writings.write_due(now=now + timedelta(hours=1, seconds=1))

    assert (model.asked, writing_of(letter).is_open) == ([], False)
    assert "within an hour" in writing_of(letter).outcome


# -- callers that wait ----------------------------------------------------------------------------------------------


def test_letters_that_are_waited_for_are_written_side_by_side(
    model: Model, sarah: Stakeholder, contract: Contract, csm: User, win: Any, now: datetime
) -> None:
    """Each answer is held back until all are asked for: in turn, the first would never come."""
    together = threading.Barrier(3, timeout=10)
    tasks = [prepare(order_for(sarah, contract, csm), now=now) for _ in range(3)]
    commissions = [task.commission for task in tasks]
    client = writers.claude_client()
    assert client is not None

    class Together:
        def propose(self, prompt: Any, **more: Any) -> Any:
            together.wait()
            return client.propose(prompt, **more)

    written = writers.write_all(commissions, client=Together())

    assert [one.writer for one in written] == [Writer.CLAUDE] * 3


def test_late_letter_is_written_by_the_built_in_writer_with_a_note(
    model: Model, sarah: Stakeholder, contract: Contract, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.hangs = True
    task = prepare(order_for(sarah, contract, csm), now=now)

    written = writers.write_all([task.commission], within_s=0.3)[0]

    assert written.writer == Writer.BUILT_IN
    assert written.note.startswith("Claude did not answer in time. The built-in writer wrote this instead.")
    again = writers.write_all([task.commission])[0]
    assert (again.writer, len(model.asked)) == (Writer.BUILT_IN, 1), "paused: not asked again"


def test_waited_for_letter_is_kept_with_claudes_text(
    model: Model, sarah: Stakeholder, contract: Contract, csm: User, win: Any, now: datetime
) -> None:
    draft = write_and_wait([prepare(order_for(sarah, contract, csm), now=now)], now=now, by=csm)[0]

    assert (draft.writer, draft.subject) == (Writer.CLAUDE, TEXT["subject"])
    assert not Writing.objects.exists()


def test_regenerate_by_api_waits_for_claude(model: Model, letter: Draft, csm: User, now: datetime) -> None:
    fresh = regenerate(letter, instruction="warmer", version=letter.version, now=now, by=csm)

    assert fresh.writer == Writer.CLAUDE
    assert "warmer" in model.asked[0]["messages"][0]["content"]


def test_regenerate_by_page_leaves_claudes_version_to_the_background(
    model: Model, letter: Draft, csm: User, now: datetime
) -> None:
    fresh = regenerate_at_once(letter, instruction="rhyme it", version=letter.version, now=now, by=csm)

    assert (fresh.writer, model.asked) == (Writer.BUILT_IN, [])
    assert "rhyme it" in fresh.writer_note
    writings.write_due(now=now)
    assert "rhyme it" in model.asked[0]["messages"][0]["content"]
    done = reload(letter)
    assert (done.writer, done.writer_note) == (Writer.CLAUDE, "")
    assert done.versions.first().reason == "Written again: rhyme it"


# -- the page -------------------------------------------------------------------------------------------------------


def test_page_of_regenerate_makes_no_call(model: Model, letter: Draft, page: Client) -> None:
    model.hangs = True

    response = page.post(reverse("emails:draft_regenerate", args=[letter.pk]), {"version": 1, "instruction": "shorter"})

    assert (response.status_code, model.asked) == (302, [])
    shown = page.get(reverse("emails:draft", args=[letter.pk])).content.decode()
    assert "Claude is writing a version" in shown
    assert f"/drafts/{letter.pk}/writing?version=2" in shown


def test_card_asks_until_the_version_is_there_and_then_stops(
    model: Model, letter: Draft, page: Client, now: datetime
) -> None:
    address = f"{reverse('emails:draft_writing', args=[letter.pk])}?version={letter.version}"

    waiting = page.get(address)
    assert "hx-get" in waiting.content.decode()
    assert "HX-Retarget" not in waiting

    writings.write_due(now=now)
    done = page.get(address)
    assert done["HX-Retarget"] == f"#draft-{letter.pk}"
    assert TEXT["subject"] in done.content.decode()
    assert "/writing?" not in done.content.decode()


def test_card_is_not_swapped_under_an_edit(model: Model, letter: Draft, page: Client, csm: User, now: datetime) -> None:
    save_draft(letter, version=letter.version, now=now, by=csm, body="Mine.")
    writings.write_due(now=now)

    answer = page.get(f"{reverse('emails:draft_writing', args=[letter.pk])}?version={letter.version}")

    assert "HX-Retarget" not in answer
    assert "stands among its texts" in answer.content.decode()
    assert "hx-get" not in answer.content.decode()


def test_writing_of_somebody_elses_letter_is_not_there(
    model: Model, letter: Draft, client: Client, other_csm: User
) -> None:
    client.force_login(other_csm)

    assert client.get(reverse("emails:draft_writing", args=[letter.pk])).status_code == 404


def test_version_aside_is_listed_and_compared(
    model: Model, letter: Draft, page: Client, csm: User, now: datetime
) -> None:
    save_draft(letter, version=letter.version, now=now, by=csm, body="Mine.")
    writings.write_due(now=now)
    aside = DraftVersion.objects.get(is_aside=True)

    shown = page.get(f"{reverse('emails:draft_versions', args=[letter.pk])}?version={aside.code}").content.decode()

    assert "Claude&#x27;s version (not used) compared with the present text" in shown


# -- languages -------------------------------------------------------------------------------------------------------


def test_language_is_an_instruction_and_german_nouns_are_no_names(
    model: Model, sarah: Stakeholder, contract: Contract, csm: User, win: Any, now: datetime
) -> None:
    sarah.language = "de"
    sarah.save()
    model.body = message(
        {
            "subject": "Ihre Verlängerung",
            "paragraphs": [
                "Ihre Abteilung Einkauf arbeitet gern mit der Neuen Lösung Unserer Firma.",
                "Für die neue Laufzeit schlagen wir $268,000 vor.",
                "Passt Ihnen nächste Woche ein Gespräch von 30 Minuten?",
            ],
        }
    )
    order = order_for(sarah, contract, csm)
    order = replace(order, brief=replace(order.brief, recipient=replace(order.brief.recipient, language="de")))

    draft = write_and_wait([prepare(order, now=now)], now=now, by=csm)[0]

    assert "Write subject and paragraphs in German." in model.asked[0]["messages"][0]["content"]
    assert draft.writer == Writer.CLAUDE, draft.writer_note
    assert draft.body.startswith("Hallo Sarah,\n\n")
    assert draft.tone == Tone.CASUAL


def test_built_in_writer_says_that_it_writes_english(sarah: Stakeholder, csm: User) -> None:
    brief = make_brief(sarah, csm, approach=PriceApproach.NO_PRICE)
    brief = replace(brief, recipient=replace(brief.recipient, language="fr"))

    written = writers.write_built_in(brief, ())

    assert "Sarah Lee reads French" in written.note
    assert written.letter.body.startswith("Hi Sarah,")
