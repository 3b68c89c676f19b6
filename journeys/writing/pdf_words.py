"""What a PDF says, read by pypdf in a process of its own: a file may be made to keep a reader busy for ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import structlog

READER = Path(__file__).with_name("pdf_reader.py")
TIME_S = 15

log = structlog.get_logger(__name__)


def read_pages(content: bytes) -> list[str]:
    """Give the words of each page; none where it cannot be read in time, is locked, or is only pictures."""
    try:
        # Our own interpreter and our own file; the PDF goes in by its standard input.
        read = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(READER)], input=content, capture_output=True, timeout=TIME_S, check=True
        )
        pages = json.loads(read.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.info("pdf_not_read", error=type(error).__name__, size_bytes=len(content))
        return []
    return [str(page) for page in pages]
