"""Logging: structlog over the standard library, one line per event, secrets left out wherever they come from."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(r"authorization|cookie|password|passwd|secret|token|api_?key|field_keys?", re.IGNORECASE)
# "Bearer abc", "sk-ant-…", "SG.…", "xoxb-…", "whsec_…", the password in postgres://user:password@host, the secret
# in the path that answers are posted to, and the signed addresses of people without an account.
SECRET_TEXTS = re.compile(
    r"(?P<scheme>\w+://[^\s:/@]*:)[^\s@/]+(?=@)"
    r"|(?P<bearer>Bearer\s+)[\w.~+/=-]+"
    r"|(?P<path>/webhooks/sendgrid/inbound/|/[ju]/)[^\s/?]+"
    r"|\b(?:sk-ant-|xox[abp]-|whsec_|SG\.)[\w.~+/=-]+",
    re.IGNORECASE,
)


# A hello at each start of each process, and three lines per ring of the clock.
TALKATIVE = ("axes", "celery.beat", "celery.worker.strategy", "celery.app.trace")


def hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """This will blank the values of fields named like a secret, and what looks like one inside any text."""
    for name, value in event.items():
        if name != "event" and SECRET_NAMES.search(name):
            event[name] = HIDDEN
        elif isinstance(value, str):
            event[name] = hide_in_text(value)
    return event


def hide_in_text(text: str) -> str:
    return SECRET_TEXTS.sub(lambda m: f"{m['scheme'] or m['bearer'] or m['path'] or ''}{HIDDEN}", text)


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """This will give Django's LOGGING and set structlog up to go through it."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder(allow=())],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    hide_secrets,
                    last,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Its own handlers would mail admins and print twice.
            "django": {"handlers": [], "level": "INFO" if level == "DEBUG" else level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            **{name: {"level": "WARNING"} for name in TALKATIVE},
        },
    }
