import pytest
import redis
from kombu.exceptions import OperationalError

from config.celery import Doorbell, app
from journeys.tasks import tick


def test_every_task_is_a_doorbell() -> None:
    assert isinstance(app.tasks[tick.name], Doorbell)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("refused"),
        ConnectionRefusedError("refused"),
        OSError("disk full"),
        redis.exceptions.ConnectionError("gone while the line was open"),
        redis.exceptions.TimeoutError("hung"),
    ],
)
def test_ring_with_the_broker_down_lets_the_caller_go_on(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("celery.app.task.Task.apply_async", refuse)

    assert tick.delay() is None
