"""The estimates of what automations save."""

from __future__ import annotations

from journeys.enums import AutomationType
from journeys.models import TimeSaving
from journeys.rules.savings import minutes_of


def read_estimates() -> dict[str, int]:
    """This will give the minutes of every type, those that nobody has changed as they are usually."""
    own = dict(TimeSaving.objects.values_list("type", "minutes"))
    return {type.value: minutes_of(own, type) for type in AutomationType}
