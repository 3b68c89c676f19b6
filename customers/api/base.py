"""What the views of this app share."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class Conflict(APIException):
    """The state of things does not allow it now."""

    status_code = 409
    default_code = "conflict"
