"""The variables without which production does not start: each missing or unusable one is named, all at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

FERNET_COMMAND = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
MIN_SECRET_CHARS = 50


class UnusableSettings(ImproperlyConfigured):
    """What the one who starts Evergreen has to put right; shown without a traceback."""


@dataclass(frozen=True)
class Required:
    """One variable. how: what to set it to; fault: says what is wrong with a value, empty when nothing is."""

    name: str
    how: str
    fault: Callable[[str], str]


def _secret_key_fault(value: str) -> str:
    if len(value) < MIN_SECRET_CHARS or len(set(value)) < 5 or value.startswith("django-insecure-"):
        return f"must be at least {MIN_SECRET_CHARS} random characters"
    return ""


def _hosts_fault(value: str) -> str:
    return "must name the hosts, not *" if "*" in [host.strip() for host in value.split(",")] else ""


def _public_url_fault(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "https" and parts.hostname:
        return ""
    if parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"):
        return ""
    return "must start with https:// (http:// only for localhost)"


def _database_fault(value: str) -> str:
    return "" if urlsplit(value).scheme in ("postgres", "postgresql") else "must be a postgres:// address"


def _redis_fault(value: str) -> str:
    return "" if urlsplit(value).scheme in ("redis", "rediss") else "must be a redis:// or rediss:// address"


def _field_keys_fault(value: str) -> str:
    try:
        for key in value.split(","):
            Fernet(key.strip())
    except ValueError:
        return "must be keys of 32 url-safe base64-encoded bytes, comma-separated, newest first"
    return ""


REQUIRED = (
    Required(
        "SECRET_KEY",
        'what this prints: python -c "import secrets; print(secrets.token_urlsafe(50))"',
        _secret_key_fault,
    ),
    Required("ALLOWED_HOSTS", "the host names it is reached by: desk.example.com", _hosts_fault),
    Required("PUBLIC_URL", "the address people and mails use: https://desk.example.com", _public_url_fault),
    Required("DATABASE_URL", "postgres://USER:PASSWORD@HOST:5432/NAME", _database_fault),
    Required("REDIS_URL", "redis://HOST:6379/0", _redis_fault),
    Required("FIELD_KEYS", f"what this prints: {FERNET_COMMAND}", _field_keys_fault),
)


def demand(environment: Mapping[str, str]) -> None:
    """This will raise UnusableSettings naming each missing or unusable variable and how to set it."""
    faults = []
    for variable in REQUIRED:
        value = environment.get(variable.name, "").strip()
        fault = variable.fault(value) if value else "is not set"
        if fault:
            faults.append(f"  {variable.name} {fault}. Set it to: {variable.how}")
    if faults:
        raise UnusableSettings("Production settings are incomplete:\n" + "\n".join(faults))


def one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    """Give the value in lower case. Raises UnusableSettings where it is none of those allowed."""
    chosen = value.strip().lower()
    if chosen not in allowed:
        raise UnusableSettings(f"{name} is “{value}”; it can be {', '.join(allowed)}.")
    return chosen


def seconds(name: str, value: str, *, most: int) -> float:
    """Give a time limit in seconds. Raises UnusableSettings where it is no whole number from 1 to the most."""
    if not value.strip().isdecimal() or not 1 <= int(value) <= most:
        raise UnusableSettings(f"{name} is “{value}”; it must be a whole number of seconds from 1 to {most}.")
    return float(value)
