"""A small mail server on loopback: takes messages as a real one would, or misbehaves as it is told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field


@dataclass
class Envelope:
    mail_from: str = ""
    rcpt_to: list[str] = field(default_factory=list)
    data: bytes = b""


@dataclass
class Behaviour:
    """refusals: what is answered to a command, by its verb or verb and address. after_data: "", "hang" or "drop"."""

    refusals: dict[str, str] = field(default_factory=dict)
    after_data: str = ""
    data_answer: str = "250 2.0.0 queued as 4XyZ"


class FakeMailServer:
    """Use as a context manager. taken: every message it has read to the end, whatever it answered then.

    tls: what it proves itself with where it is asked to STARTTLS. encrypted: how many went on so.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls, self.encrypted = tls, 0
        self.behaviour = Behaviour()
        self.taken: list[Envelope] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeMailServer:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope = Envelope()
        try:
            writer.write(b"220 fake ESMTP\r\n")
            while line := (await reader.readline()).decode().strip():
                if line.upper() == "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                if not await self._answer(line, envelope, reader, writer):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, line: str, envelope: Envelope, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        verb, _, rest = line.partition(" ")
        address = rest.partition(":")[2].strip().partition(" ")[0].strip("<>")
        refusal = self.behaviour.refusals.get(f"{verb.upper()} {address}") or self.behaviour.refusals.get(verb.upper())
        if refusal:
            writer.write(f"{refusal}\r\n".encode())
        elif verb.upper() == "EHLO":
            writer.write(b"250-fake\r\n250-STARTTLS\r\n" if self.tls else b"250-fake\r\n")
            writer.write(b"250 SIZE 40000000\r\n")
        elif verb.upper() == "STARTTLS" and self.tls:
            writer.write(b"220 go on\r\n")
            await writer.start_tls(self.tls)
            self.encrypted += 1
        elif verb.upper() == "MAIL":
            envelope.mail_from = address
            writer.write(b"250 ok\r\n")
        elif verb.upper() == "RCPT":
            envelope.rcpt_to.append(address)
            writer.write(b"250 ok\r\n")
        elif verb.upper() == "DATA":
            return await self._take(envelope, reader, writer)
        else:
            writer.write(b"250 ok\r\n")
        return True

    async def _take(self, envelope: Envelope, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"354 go on\r\n")
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        envelope.data = b"".join(lines)
        self.taken.append(envelope)
        if self.behaviour.after_data == "hang":
            await asyncio.sleep(60)
        if self.behaviour.after_data == "drop":
            return False
        writer.write(f"{self.behaviour.data_answer}\r\n".encode())
        return True
