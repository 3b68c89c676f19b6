"""/api/schema, the OpenAPI description, and /api/docs, the page that shows it and lets calls be tried."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "customers.api.authentication.BearerTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "Scopes: read, write, approve, admin."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "customers.api.authentication.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class Schema(SpectacularAPIView):
    """JSON unless YAML is asked for (`Accept: application/yaml`, `?format=yaml`)."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from the sidecar. Script and style are files of ours, so that the usual CSP holds here too."""

    template_name = "config/api_docs.html"
    url_name = "schema"
