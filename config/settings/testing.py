"""The suite's settings: SQLite in a file of its own unless DATABASE_URL says otherwise, capture for mail."""

import os
import tempfile
from pathlib import Path

_DATA = Path(os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="evergreen-test-")))

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import env  # noqa: E402
from config.settings.services import SQLITE_READING, broker_settings, cache_settings, database_settings  # noqa: E402

SECRET_KEY = "testing-key-of-the-suite-that-guards-nothing-at-all"  # noqa: S105
FIELD_KEYS = ["QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="]
DATABASES = {"default": database_settings(env.str("DATABASE_URL", default=""), _DATA)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # live_server's thread needs a database that has a file.
    DATABASES["default"]["TEST"] = {"NAME": str(_DATA / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {SQLITE_READING}"
    )
else:
    # What a test commits need not outlive the machine.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
# A database that is migrated already, which each process copies instead of migrating for half a minute itself.
DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = env.str("TEST_TEMPLATE", default="") or None
CACHES = {"default": cache_settings("")}
locals().update(broker_settings("", _DATA))
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT = "memory"
STATIC_ROOT = _DATA / "staticfiles"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
# A slow moment must not decide what a test sees.
DEAR_ANSWER_MS = None
MAIL_PROVIDER = "capture"
ANTHROPIC_API_KEY = ""
ALLOW_LOOPBACK_VENDORS = True
AXES_ENABLED = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
