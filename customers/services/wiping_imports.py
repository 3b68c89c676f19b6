"""The files of imports that name somebody: packed, so that no search in the table finds the words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from customers.enums import ImportState
from customers.models import ImportRun
from customers.rules.wiping import spellings

BEFORE_THE_END = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.QUEUED, ImportState.RUNNING)
PROBLEM = "Somebody in the file was erased, and the file with them. Upload it again without them."


def wipe_imports(terms: Sequence[str], *, now: datetime) -> int:
    """This will drop the files that name somebody, and give how many imports that were.

    What was imported stays. An import that had not ended does not go on: it would bring them back.
    """
    if not terms:
        return 0
    wanted = [spelled.lower() for spelled in spellings(terms)]
    runs = ImportRun.objects.exclude(content=b"").only("pk", "content").iterator(chunk_size=5)
    found = [run.pk for run in runs if _names(bytes(run.content), wanted)]
    rows = ImportRun.objects.filter(pk__in=found)
    rows.filter(state__in=BEFORE_THE_END).update(
        state=ImportState.FAILED, report={"problem": PROBLEM}, finished_at=now, updated_at=now
    )
    return rows.update(content=b"")


def _names(content: bytes, wanted: Sequence[bytes]) -> bool:
    return any(spelled in data for data in map(bytes.lower, _files(content)) for spelled in wanted)


def _files(content: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (name.encode() for name in archive.namelist())
            for info in archive.infolist():
                data = archive.read(info)
                yield from _files(data) if data.startswith(b"PK") else (data,)
    except zipfile.BadZipFile:
        yield content
