"""PostgreSQL, Redis, and web, worker and beat as separate processes; everything from environment variables."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, PUBLIC_URL, env
from config.settings.logs import logging_settings
from config.settings.required import demand
from config.settings.services import broker_settings, cache_settings, database_settings

demand(os.environ)

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
DATABASES = {"default": database_settings(env.str("DATABASE_URL"), DATA_DIR)}
CACHES = {"default": cache_settings(env.str("REDIS_URL"))}
locals().update(broker_settings(env.str("REDIS_URL"), DATA_DIR))
ALLOW_LOOPBACK_VENDORS = False
OUTREACH_STAND_IN = False

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# http:// is let through for localhost alone, to try the whole set-up on one machine.
IS_HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
# Probes come over plain HTTP from inside; a mail program that unsubscribes follows no redirect (RFC 8058).
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$", r"^u/[^/]+/?$"]
# gunicorn speaks plain HTTP: what stands in front of it ends TLS and must set this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS

LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="INFO"), as_json=True)
