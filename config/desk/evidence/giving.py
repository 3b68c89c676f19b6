"""A pack given out: its digest, and the line of the record that keeps it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from config.api.evidence_bodies import EvidenceBody
from config.desk.evidence.pack import Pack
from customers.models import User
from customers.services.activity import record


@dataclass(frozen=True)
class Given:
    """A pack as plain JSON values, with its digest among them."""

    body: dict[str, Any]
    digest: str

    def as_file(self) -> bytes:
        return json.dumps(self.body, ensure_ascii=False, indent=2).encode()


def give(pack: Pack, *, through: str, now: datetime, by: User) -> Given:
    """This will put on record that the pack left the house, with its digest. through: "api", or the kind of file."""
    plain = json.loads(json.dumps(EvidenceBody(pack).data, cls=DjangoJSONEncoder))
    digest = digest_of_pack(plain)
    record(
        "evidence.exported",
        "Exported the evidence of the renewal",
        customer=pack.customer,
        by=by,
        now=now,
        subject=pack.renewal,
        through=through,
        digest=digest,
        link=pack.chain.link,
    )
    return Given({**plain, "digest": digest}, digest)


def digest_of_pack(body: dict[str, Any]) -> str:
    """This will give the SHA-256, in hex, of a pack without its own digest: keys sorted, no spaces, UTF-8."""
    rest = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(
        json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()
