from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.redis_broker import Channel, Transport
from config.settings.logs import hide_in_text, hide_secrets
from config.settings.required import REQUIRED, UnusableSettings, demand, one_of, seconds
from config.settings.services import broker_settings, cache_settings, database_settings, kept_secret

ROOT = Path(__file__).resolve().parent.parent.parent
WHOLE = {
    "SECRET_KEY": "k9f3" * 5 + "Zq81_-xw" * 5,
    "ALLOWED_HOSTS": "desk.example.com",
    "PUBLIC_URL": "https://desk.example.com",
    "DATABASE_URL": "postgres://evergreen:hush@db.example.com:5432/evergreen",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "FIELD_KEYS": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
}


PLANNER = "-c jit=off -c parallel_setup_cost=10000 -c random_page_cost=1.1"


def run_manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in WHOLE}
    return subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:config", "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "config.settings.production", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_whole_environment_is_accepted() -> None:
    demand(WHOLE)


def test_empty_environment_names_every_variable_and_how_to_set_it_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        demand({})

    lines = str(refusal.value).splitlines()[1:]
    assert lines == [f"  {variable.name} is not set. Set it to: {variable.how}" for variable in REQUIRED]
    assert [variable.name for variable in REQUIRED] == list(WHOLE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + "k9f3Zq81" * 8),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "desk.example.com, *"),
        ("PUBLIC_URL", "http://desk.example.com"),
        ("PUBLIC_URL", "desk.example.com"),
        ("DATABASE_URL", "sqlite:///evergreen.sqlite3"),
        ("REDIS_URL", "filesystem://"),
        ("FIELD_KEYS", "not-a-key"),
        ("FIELD_KEYS", WHOLE["FIELD_KEYS"] + ",oops"),
        ("SECRET_KEY", "   "),
    ],
)
def test_unusable_value_is_named_alone(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        demand({**WHOLE, name: value})

    lines = str(refusal.value).splitlines()[1:]
    assert len(lines) == 1
    assert lines[0].startswith(f"  {name} ")


def test_http_is_let_through_for_localhost() -> None:
    demand({**WHOLE, "PUBLIC_URL": "http://localhost:8000"})


def test_several_field_keys_are_accepted() -> None:
    demand({**WHOLE, "FIELD_KEYS": f"{WHOLE['FIELD_KEYS']},{Fernet.generate_key().decode()}"})


def test_check_deploy_with_production_settings_has_no_warning() -> None:
    checked = run_manage("check", "--deploy", "--fail-level", "WARNING", environment=WHOLE)

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
    assert "WARNING" not in checked.stderr


def test_production_without_variables_names_them_without_a_traceback_of_ours() -> None:
    refused = run_manage("check", environment={})

    assert refused.returncode != 0
    assert all(name in refused.stderr for name in WHOLE)
    assert "Traceback" not in refused.stderr


def test_database_settings_without_an_address_are_sqlite_with_one_writer_at_a_time(tmp_path: Path) -> None:
    settings = database_settings("", tmp_path)

    assert settings["NAME"] == str(tmp_path / "evergreen.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in settings["OPTIONS"]["init_command"]
    assert "ATOMIC_REQUESTS" not in settings or not settings["ATOMIC_REQUESTS"]


def test_addresses_switch_to_postgresql_and_redis(tmp_path: Path) -> None:
    database = database_settings(WHOLE["DATABASE_URL"], tmp_path)

    assert (database["ENGINE"], database["HOST"]) == ("django.db.backends.postgresql", "db.example.com")
    assert database["CONN_MAX_AGE"] == 60
    assert database["OPTIONS"] == {"options": PLANNER}
    assert broker_settings(WHOLE["REDIS_URL"], tmp_path)["CELERY_BROKER_URL"] == WHOLE["REDIS_URL"]
    assert cache_settings(WHOLE["REDIS_URL"])["BACKEND"].endswith("RedisCache")


def test_broker_that_hangs_holds_up_no_page(tmp_path: Path) -> None:
    options = broker_settings(WHOLE["REDIS_URL"], tmp_path)["CELERY_BROKER_TRANSPORT_OPTIONS"]

    assert options == {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 1, "interval_start": 0.1}


def test_channel_whose_connection_was_given_up_says_so_as_a_lost_line() -> None:
    """Anything else than an error of the connection ends a worker whose Redis dies."""
    channel = Channel.__new__(Channel)
    channel.connection = SimpleNamespace(client=None)

    with pytest.raises(Transport.connection_errors):
        channel._connparams()


def test_database_address_keeps_its_own_options(tmp_path: Path) -> None:
    database = database_settings(WHOLE["DATABASE_URL"] + "?sslmode=require", tmp_path)

    assert database["OPTIONS"] == {
        "options": PLANNER,
        "sslmode": "require",
    }


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_compiles_no_query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_kept_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"

    made = kept_secret(path)

    assert kept_secret(path) == made
    assert len(made) == 44
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://evergreen:hush@db/evergreen", "postgres://evergreen:[hidden]@db/evergreen"),
        ("redis://:hush@redis:6379/0", "redis://:[hidden]@redis:6379/0"),
        ("Authorization: Bearer eyJhbGci.abc-def", "Authorization: Bearer [hidden]"),
        ("key sk-ant-api03-AbC_d refused", "key [hidden] refused"),
        ("https://desk.example.com/drafts/1", "https://desk.example.com/drafts/1"),
        ("at 09:30 dana@evergreen.example wrote", "at 09:30 dana@evergreen.example wrote"),
    ],
)
def test_secrets_are_hidden_in_texts(text: str, shown: str) -> None:
    assert hide_in_text(text) == shown


def test_fields_named_like_a_secret_are_hidden() -> None:
    event = {"event": "signed_in", "api_key": "abc", "csrf_token": "abc", "Authorization": "abc", "customer": "Acme"}

    shown = hide_secrets(None, "info", dict(event))

    assert shown == {
        "event": "signed_in",
        "api_key": "[hidden]",
        "csrf_token": "[hidden]",
        "Authorization": "[hidden]",
        "customer": "Acme",
    }


def test_choice_is_taken_however_it_is_written_and_else_refused_by_name() -> None:
    assert one_of("OUTBOUND", " ON ", ("off", "on")) == "on"
    with pytest.raises(UnusableSettings, match="OUTBOUND is “yes”; it can be off, on"):
        one_of("OUTBOUND", "yes", ("off", "on"))


@pytest.mark.parametrize(("name", "value"), [("OUTBOUND", "true"), ("MAIL_PROVIDER", "sengrid")])
def test_wrong_choice_stops_the_start(name: str, value: str) -> None:
    ended = run_manage("check", environment={"DJANGO_SETTINGS_MODULE": "config.settings.testing", name: value})

    assert ended.returncode != 0
    assert f"{name} is “{value}”" in ended.stderr + ended.stdout


@pytest.mark.parametrize("value", ["0", "31", "-1", "1.5", "soon", ""])
def test_time_limit_is_a_whole_number_of_seconds_within_the_lease(value: str) -> None:
    assert (seconds("SLACK_TIMEOUT", "1", most=30), seconds("SLACK_TIMEOUT", "30", most=30)) == (1.0, 30.0)
    with pytest.raises(UnusableSettings, match="SLACK_TIMEOUT"):
        seconds("SLACK_TIMEOUT", value, most=30)
