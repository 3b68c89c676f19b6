"""How the database, the cache and the broker are reached, from their addresses."""

import contextlib
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import environ

from config.settings.required import UnusableSettings

BROKER_CONNECT_TIMEOUT_S = 1
BROKER_TIMEOUT_S = 1
BROKER_RETRY_AFTER_S = 0.1
CACHE_TIMEOUT_S = 2
FILE_BROKER_POLL_S = 0.2
POSTGRESQL_OPTIONS = {
    # Compiling a query takes PostgreSQL 100 ms and more; none of ours runs long enough to win that back. Helpers take
    # ten and more to start: only what reads a large book is left to several. A page somewhere costs hardly more than
    # the next one: nobody's disk turns, and of 100,000 accounts all were read for the thousand that a batch is about.
    "options": "-c jit=off -c parallel_setup_cost=10000 -c random_page_cost=1.1",
}
CHOOSE_A_FOLDER = "Data is kept there; name a folder of your own: make run DATA_DIR=/path/to/folder"
SQLITE_KEEPING = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
SQLITE_READING = "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
"""Pages of up to 1 GiB are read where the system keeps them, 16 MiB of them kept, sorting done in memory: a fourth of
the time of the pages that count or sort a book of 10,000 accounts."""
SQLITE_OPTIONS = {
    # Without IMMEDIATE a read that becomes a write meets "database is locked" at once, whatever the timeout.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # What is overwritten is gone from the file too, so that an erasure is one.
    "init_command": f"{SQLITE_KEEPING} {SQLITE_READING}",
}


def database_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """This will give Django's settings for the database at `url`; SQLite in `data_dir` where it is empty."""
    if not url:
        url = f"sqlite:///{data_dir / 'evergreen.sqlite3'}"
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = dict(SQLITE_OPTIONS)
        return settings
    # A new connection per request costs eight times the throughput.
    settings["CONN_MAX_AGE"] = int(os.environ.get("CONN_MAX_AGE", "60"))
    settings["CONN_HEALTH_CHECKS"] = True
    settings["OPTIONS"] = {**POSTGRESQL_OPTIONS, **settings.get("OPTIONS", {})}
    return settings


def cache_settings(url: str) -> dict[str, Any]:
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    # A Redis that hangs must hold up neither a page nor the clock.
    options = {"socket_connect_timeout": BROKER_CONNECT_TIMEOUT_S, "socket_timeout": CACHE_TIMEOUT_S}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "OPTIONS": options}


def broker_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """This will give Celery's settings; without Redis the messages are files that survive a restart."""
    if url:
        return {
            "CELERY_BROKER_URL": url,
            "CELERY_BROKER_TRANSPORT": "config.redis_broker:Transport",
            "CELERY_BROKER_TRANSPORT_OPTIONS": {
                "socket_connect_timeout": BROKER_CONNECT_TIMEOUT_S,
                # A Redis that hangs takes the call and answers nothing: without an end a page would wait for ever.
                "socket_timeout": BROKER_TIMEOUT_S,
                # Of who rings, not of who listens: a page goes on, and the next tick finds the row.
                "max_retries": 1,
                "interval_start": BROKER_RETRY_AFTER_S,
            },
        }
    folder = data_dir / "broker"
    for name in ("queue", "processed", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "CELERY_BROKER_URL": "filesystem://localhost",
        "CELERY_BROKER_TRANSPORT": "config.file_broker:Transport",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": FILE_BROKER_POLL_S,
        },
    }


def make_data_folder(folder: Path) -> None:
    """This will make the folder that everything is kept in; UnusableSettings where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise UnusableSettings(f"{folder} cannot be made ({why.strerror}). {CHOOSE_A_FOLDER}") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise UnusableSettings(f"Nothing can be written in {folder}. {CHOOSE_A_FOLDER}")


def kept_secret(path: Path) -> str:
    """This will read the secret kept at `path`, making it on the first start; only the owner may read the file."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(urlsafe_b64encode(secrets.token_bytes(32)).decode())
    # Linked whole or not at all: of two first starts at once one wins, and neither reads half a secret.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text().strip()
