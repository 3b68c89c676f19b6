"""The embedded settings with django-q2 among the apps: for its own processes alone."""

import os

from config.settings.embedded import *  # noqa: F403  # as settings are extended
from config.settings.embedded import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_q"]
Q_CLUSTER = {
    "name": "bench",
    "workers": 2,
    "redis": {"unix_socket_path": os.environ.get("BENCH_SOCKET", "")},
    "save_limit": -1,  # keeps no record of what went well: the kinder case
    "scheduler": False,
    "timeout": 60,
    "retry": 120,
    "recycle": 1_000_000,
    "queue_limit": 500,
    "log_level": "ERROR",
}
