"""One machine, nothing installed beside Python: SQLite, a broker in the file system, keys made at first start.

DATABASE_URL and REDIS_URL switch to PostgreSQL and Redis; nothing else differs.
"""

from config.settings.base import *  # noqa: F403
from config.settings.base import ARCHIVE_DIR, DATA_DIR, env
from config.settings.services import broker_settings, cache_settings, database_settings, kept_secret, make_data_folder

make_data_folder(DATA_DIR)

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret_key")
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or [kept_secret(DATA_DIR / "field_key")]
DATABASES = {"default": database_settings(env.str("DATABASE_URL", default=""), DATA_DIR)}
CACHES = {"default": cache_settings(env.str("REDIS_URL", default=""))}
locals().update(broker_settings(env.str("REDIS_URL", default=""), DATA_DIR))
ARCHIVE_DIR = ARCHIVE_DIR or str(DATA_DIR / "archive")
STATIC_ROOT = DATA_DIR / "staticfiles"
# Static files are served from where they lie: nothing to collect before the first start.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(exist_ok=True)
