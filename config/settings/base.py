"""What every way of running Evergreen shares. Each value that differs by installation is an environment variable."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from config.settings.logs import logging_settings
from config.settings.required import one_of, seconds

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).absolute()
# Old rows go there; without it none does, since a container's own disk goes with the container.
ARCHIVE_DIR = env.str("ARCHIVE_DIR", default="")

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "renewals.apps.RenewalsConfig",
    "outreach.apps.OutreachConfig",
    "journeys.apps.JourneysConfig",
    "emails.apps.EmailsConfig",
    "customers.apps.CustomersConfig",
    "config.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_htmx",
    "django_filters",
    "heroicons",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "config.middleware.NamedRequest",
    "config.api.middleware.ApiFrameMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.KeptNowhere",
    "config.middleware.SecondStepFirst",
    "config.middleware.InPlace",
    "config.middleware.ReadersZone",
    "axes.middleware.AxesMiddleware",
    "config.api.idempotency.IdempotencyMiddleware",
    "config.middleware.OwnChangesShow",
    "config.middleware.ReadOnce",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.desk",
            ],
            "builtins": [
                "heroicons.templatetags.heroicons",
                "customers.templatetags.icons",
                "customers.templatetags.desk",
                "customers.templatetags.components",
            ],
        },
    },
]

FORM_RENDERER = "config.form_renderer.ControlRenderer"

AUTH_USER_MODEL = "customers.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "customers.backends.OpsMayAll",
]
PASSWORD_MIN_LENGTH = 10
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "customers:sign_in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "customers:sign_in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "customers/sign_in_locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]

LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
# The desk speaks one language; asking for it at every value of every page would take a twentieth of the time.
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# On PostgreSQL what took longer to sum up serves its reader for a minute (customers/queries/minute.py).
DEAR_ANSWER_MS: int | None = 50

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Browsers ask frame-ancestors, below, where it is given: our own pages may show a preview in a frame.
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
# Uploads: a book of 10,000 accounts is a few MB; each door sets its own smaller limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

API_RATE = env.str("API_RATE", default="6000/min")
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.negotiation.FirstOffered",
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "customers.api.authentication.BearerTokenAuthentication",
        "customers.api.authentication.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["customers.api.permissions.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "config.api.filtering.NamedFilters",
        "config.api.ordering.NamedOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.DescribedCall",
    "EXCEPTION_HANDLER": "config.api.errors.answer_error",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttling.WindowThrottle", "config.api.throttling.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": API_RATE, "token": env.str("API_TOKEN_RATE", default=API_RATE)},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Evergreen",
    "DESCRIPTION": "Renewals, outreach, journeys and expansion: read and written by other systems.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api",
    "CAMELIZE_NAMES": False,
    # What is sent and what is answered are described apart: only what is sent may refuse an empty text.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AbsenceState": "customers.enums.AbsenceState",
        "CheckState": "customers.enums.CheckState",
        "HoldScope": "customers.enums.HoldScope",
        "ImportState": "customers.enums.ImportState",
        "PersonState": "customers.queries.people.STATE_CHOICES",
        "PullState": "customers.enums.PullState",
        "Role": "customers.enums.Role",
        "InvitableRole": "customers.rules.invitations.INVITABLE_CHOICES",
        "SourceKind": "customers.enums.SourceKind",
        "NoticeKind": "customers.enums.NoticeKind",
        "ClaimState": "customers.enums.ClaimState",
        "TodoState": "customers.enums.TodoState",
        "TodoActor": "customers.enums.TodoActor",
        "MeetingState": "customers.enums.MeetingState",
        "LowMediumHigh": "customers.enums.Pressure",
        "StakeholderRole": "customers.enums.StakeholderRole",
        "DraftState": "emails.enums.DraftState",
        "SpanState": "emails.rules.grounding.SpanState",
        "PriceApproach": "emails.enums.PriceApproach",
        "SequencingApproach": "outreach.enums.SequencingApproach",
        "OwnerKind": "outreach.enums.OwnerKind",
        "AutomationType": "journeys.enums.AutomationType",
        "AutomationStatus": "journeys.enums.AutomationStatus",
        "SendState": "emails.api.bodies.SEND_STATES",
        "LogStatus": "journeys.enums.LogStatus",
        "DeliverableState": "journeys.enums.DeliverableState",
        "JourneyState": "journeys.enums.JourneyState",
        "MonthState": "journeys.enums.MonthState",
        "Framing": "outreach.enums.Framing",
        "OpportunityStage": "outreach.enums.OpportunityStage",
        "ObjectionKind": "renewals.enums.ObjectionKind",
        "TermState": "renewals.enums.TermState",
        "ReactionChoice": "outreach.enums.Choice",
        "RenewalStage": "renewals.enums.Stage",
        "OverruleKind": "renewals.api.overrules.KIND_CHOICES",
        "UpsellRunState": "outreach.enums.RunState",
        "UpsellStepState": "outreach.enums.StepState",
        "UpsellReply": "outreach.enums.UpsellReply",
        "UpsellReplyHeard": "outreach.api.introductions.HEARD",
        "UpsellLevel": "outreach.enums.AutomationLevel",
        "CommandState": "config.api.command.COMMAND_STATES",
        "CommandAction": "config.api.command.COMMAND_ACTIONS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.add_shared_answers",
        "config.api.request_examples.add_examples",
    ],
}

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "evergreen"
# A page that rings while the broker is down must not wait: the row is there, the next tick finds it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1

# What leaves the machine, and through whom. Without a key nothing does: the stand-ins keep what they would have done.
OUTBOUND = one_of("OUTBOUND", env.str("OUTBOUND", default="off"), ("off", "on"))
OUTBOUND_DOMAINS: list[str] = env.list("OUTBOUND_DOMAINS", default=[])
MAIL_PROVIDER = one_of("MAIL_PROVIDER", env.str("MAIL_PROVIDER", default="capture"), ("capture", "sendgrid", "smtp"))
SENDGRID_API_KEY = env.str("SENDGRID_API_KEY", default="")
SENDGRID_API_BASE = env.str("SENDGRID_API_BASE", default="https://api.sendgrid.com")
# What SendGrid shows under "Signed Event Webhook"; without it no event is believed.
SENDGRID_EVENT_PUBLIC_KEY = env.str("SENDGRID_EVENT_PUBLIC_KEY", default="")
# Where replies are received, each at an address of its own; empty: they go to the sender.
INBOUND_DOMAIN = env.str("INBOUND_DOMAIN", default="")
# In the path that SendGrid's Inbound Parse posts answers to; without it no answer is believed that is not signed.
INBOUND_SECRET = env.str("INBOUND_SECRET", default="")

# Mail to our own people (reset links, invitations). Without EMAIL_URL it is kept in the mailbox, where ops read it.
EMAIL_BACKEND = "config.staff_mail.CaptureBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Evergreen <desk@evergreen.example>")
HAS_MAIL_SERVER = bool(env.str("EMAIL_URL", default=""))
STAFF_MAIL_IS_KEPT = not HAS_MAIL_SERVER
if not STAFF_MAIL_IS_KEPT:
    vars().update(env.email_url("EMAIL_URL"))
ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="https://api.anthropic.com")
ANTHROPIC_MODEL = env.str("ANTHROPIC_MODEL", default="claude-sonnet-5-5")
SLACK_BOT_TOKEN = env.str("SLACK_BOT_TOKEN", default="")
SLACK_API_BASE = env.str("SLACK_API_BASE", default="https://slack.com/api/")
# Without it no click on a button is believed.
SLACK_SIGNING_SECRET = env.str("SLACK_SIGNING_SECRET", default="")
SLACK_CHANNEL = env.str("SLACK_CHANNEL", default="")
# So long one call may take. A step makes up to three of them within its lease of two minutes.
MOST_VENDOR_SECONDS = 30
SLACK_TIMEOUT = seconds("SLACK_TIMEOUT", env.str("SLACK_TIMEOUT", default="20"), most=MOST_VENDOR_SECONDS)
ZOOM_TIMEOUT = seconds("ZOOM_TIMEOUT", env.str("ZOOM_TIMEOUT", default="20"), most=MOST_VENDOR_SECONDS)
SALESFORCE_TIMEOUT = seconds(
    "SALESFORCE_TIMEOUT", env.str("SALESFORCE_TIMEOUT", default="20"), most=MOST_VENDOR_SECONDS
)
ZOOM_ACCOUNT_ID = env.str("ZOOM_ACCOUNT_ID", default="")
ZOOM_CLIENT_ID = env.str("ZOOM_CLIENT_ID", default="")
ZOOM_CLIENT_SECRET = env.str("ZOOM_CLIENT_SECRET", default="")
ZOOM_API_BASE = env.str("ZOOM_API_BASE", default="https://api.zoom.us/v2")
ZOOM_OAUTH_BASE = env.str("ZOOM_OAUTH_BASE", default="https://zoom.us")
# Whose meetings they are: the address or id of a user of the account.
ZOOM_HOST = env.str("ZOOM_HOST", default="")
SALESFORCE_CLIENT_ID = env.str("SALESFORCE_CLIENT_ID", default="")
SALESFORCE_CLIENT_SECRET = env.str("SALESFORCE_CLIENT_SECRET", default="")
# The organisation's own domain, https://NAME.my.salesforce.com: there is none that fits all.
SALESFORCE_BASE = env.str("SALESFORCE_BASE", default="")
# The field of an opportunity that keeps our id, marked there as external and unique.
SALESFORCE_EXTERNAL_ID_FIELD = env.str("SALESFORCE_EXTERNAL_ID_FIELD", default="Evergreen_Id__c")
# The company's own sign-in service (OpenID Connect). OIDC_NAME is what the button says.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="your company's account")
OUTREACH_CLIENT_ID = env.str("OUTREACH_CLIENT_ID", default="")
OUTREACH_CLIENT_SECRET = env.str("OUTREACH_CLIENT_SECRET", default="")
OUTREACH_API_BASE = env.str("OUTREACH_API_BASE", default="https://api.outreach.io/api/v2")
OUTREACH_OAUTH_BASE = env.str("OUTREACH_OAUTH_BASE", default="https://api.outreach.io")
# While it is not connected, a stand-in answers, except in production.
OUTREACH_STAND_IN = True
# What their webhooks are signed with; without it none is believed.
OUTREACH_WEBHOOK_SECRET = env.str("OUTREACH_WEBHOOK_SECRET", default="")
# What usage alerts are signed with, whsec_…, several while one is changed; without any no alert is believed.
USAGE_ALERT_SECRETS: list[str] = env.list("USAGE_ALERT_SECRETS", default=[])
# A server that others run on this machine (a proxy, a test server) may be used where debugging or testing says so.
ALLOW_LOOPBACK_VENDORS = DEBUG

LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="WARNING"), as_json=False)
