"""Run as a process of its own by `pdf_words`: a PDF on the way in, the words of its pages as JSON on the way out.

Imports nothing of ours: what goes wrong in here is held in by the limits below and ends with the process.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from itertools import islice

from pypdf import PdfReader

MOST_PAGES = 300
MOST_LETTERS = 400_000
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 15


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    if reader.is_encrypted and not reader.decrypt(""):
        return 1
    pages: list[str] = []
    for page in islice(reader.pages, MOST_PAGES):
        pages.append(page.extract_text())
        if sum(map(len, pages)) > MOST_LETTERS:
            return 1
    json.dump(pages, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
