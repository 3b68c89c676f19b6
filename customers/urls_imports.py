"""Addresses of the import; `customers/urls.py` includes them."""

from django.urls import path

from customers.views import imports

urlpatterns = [
    path("import", imports.imports, name="imports"),
    path("import/<uuid:run_id>", imports.import_run, name="import_run"),
    path("import/<uuid:run_id>/start", imports.import_start, name="import_start"),
    path("import/<uuid:run_id>/progress", imports.import_progress, name="import_progress"),
    path("import/<uuid:run_id>/undo", imports.import_undo, name="import_undo"),
    path("import/<uuid:run_id>/refused.csv", imports.import_refusals, name="import_refusals"),
]
