"""The names of the time zones, read once from the tz database of this Python."""

from zoneinfo import available_timezones

# "localtime", "Factory" and the like are no places that an account can be in.
ZONE_NAMES = frozenset(name for name in available_timezones() if "/" in name or name == "UTC")
