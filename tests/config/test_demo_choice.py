import pytest

from config.management.commands import serve
from customers.enums import ImportState
from customers.models import ImportRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _has_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "get_commands", lambda: {"load_demo": "config"})


def test_empty_desk_wants_the_demo() -> None:
    assert serve.wants_demo()


def test_desk_with_accounts_of_its_own_does_not() -> None:
    factories.CustomerFactory.create()

    assert not serve.wants_demo()


@pytest.mark.parametrize(
    ("state", "wanted"),
    [(ImportState.DONE, False), (ImportState.UNDONE, False), (ImportState.RUNNING, True), (ImportState.FAILED, True)],
)
def test_demo_that_was_loaded_or_taken_out_does_not_come_back(state: ImportState, wanted: bool) -> None:
    ImportRun.objects.create(kind="demo", state=state)

    assert serve.wants_demo() is wanted


def test_other_imports_do_not_count() -> None:
    ImportRun.objects.create(kind="book", state=ImportState.DONE)

    assert serve.wants_demo()
