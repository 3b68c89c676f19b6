# One image for web, worker, beat and release; which of them it is, the command says (see Procfile and compose.yaml).
# No access log: some addresses carry a signed token. What stands in front writes its own, and can leave those out.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production DATA_DIR=/var/lib/evergreen

RUN useradd --system --create-home --uid 10001 evergreen \
    && install -d -o evergreen -g evergreen /app /var/lib/evergreen
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY --chown=evergreen:evergreen . .
USER evergreen

# Static files are named by their content. The values below serve this step alone and guard nothing.
RUN SECRET_KEY=only-for-collecting-static-files-0123456789-abcdefghij ALLOWED_HOSTS=localhost \
    PUBLIC_URL=http://localhost DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    FIELD_KEYS=QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI= \
    python manage.py collectstatic --no-input

EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--no-control-socket"]
