"""The roof: settings, URL tables, Celery, and what looks across all apps.

May import every app. Holds no business rule and no table of its own; `config/desk/` is the account page's frame,
`config/serving/` the processes of `manage.py serve`, `config/demo/` the demo book.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
