from collections.abc import Callable, Iterator

import pytest

from customers.models import Customer
from journeys.registry import Handler, forget, register_handler
from tests import factories
from tests.journeys.clockwork import KIND, Notebook


@pytest.fixture
def customer(db: None) -> Customer:
    return factories.CustomerFactory.create()


@pytest.fixture
def register() -> Iterator[Callable[[Handler], None]]:
    """Register a handler for the test's kind; it is forgotten afterwards."""
    yield register_handler
    forget(KIND)


@pytest.fixture
def notebook(register: Callable[[Handler], None]) -> Notebook:
    notebook = Notebook()
    register(notebook.handler())
    return notebook
