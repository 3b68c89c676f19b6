"""Where mail to our own people goes: kept here, or to the server that EMAIL_URL names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = (
    "import json; from config.settings import base; "
    "print(json.dumps([base.EMAIL_BACKEND, getattr(base, 'EMAIL_HOST', ''), getattr(base, 'EMAIL_PORT', 0), "
    "base.STAFF_MAIL_IS_KEPT]))"
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ["config.staff_mail.CaptureBackend", "", 0, True]),
        (
            "smtp+tls://desk:secret@mail.example:587",
            ["django.core.mail.backends.smtp.EmailBackend", "mail.example", 587, False],
        ),
    ],
)
def test_email_url_decides(url: str, expected: list[object]) -> None:
    environment = {**os.environ, "EMAIL_URL": url}

    run = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert json.loads(run.stdout) == expected
