"""Run the whole desk on one machine: web, worker and beat under one command."""

import http.client
import os
import shlex
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from config.demo.colleagues import log_in_lines
from config.serving.programs import web_program, worker_program
from config.serving.supervisor import Supervisor
from customers.enums import ImportState
from customers.models import Customer, ImportRun, User
from emails.providers.choice import leaves_the_machine

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0


class Command(BaseCommand):
    # The children check what they load, while the parent waits; doing it here too would double the time to start.
    requires_system_checks = ()
    help = "Migrate, load the demo book into an empty desk, then serve web and clock together until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1; 0 takes a free one")
        parser.add_argument("--no-demo", action="store_true", help="start empty, without the demo book")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = self._serve(port=options["port"], with_demo=not options["no_demo"])
        except KeyboardInterrupt:
            code = 0
        raise SystemExit(code)

    def _serve(self, *, port: int, with_demo: bool) -> int:
        open_standard_streams()
        listener = bind(port)
        call_command("migrate", interactive=False, verbosity=0)
        if with_demo and wants_demo():
            self.stdout.write("Loading the demo book …")
            call_command("load_demo", verbosity=0)
        port = listener.getsockname()[1]
        public_url = os.environ.get("PUBLIC_URL") or f"http://{HOST}:{port}"
        supervisor = Supervisor([web_program(listener, public_url=public_url), worker_program(public_url=public_url)])
        supervisor.start()
        threading.Thread(target=self._greet_when_ready, args=(port, supervisor), daemon=True).start()
        return supervisor.run()

    def _greet_when_ready(self, port: int, supervisor: Supervisor) -> None:
        if not wait_until_answering(port, supervisor):
            if not supervisor.is_stopping:
                self.stderr.write(f"The web server gives no good answer after {READY_WITHIN_S:.0f} s.")
            return
        address = f"http://{HOST}:{port}"
        self.stdout.write(f"\nEvergreen is ready at {address}")
        self.stdout.write(mail_line(address))
        for line in log_in_lines() or first_person_lines():
            self.stdout.write(line)
        self.stdout.write(f"{data_line()} Ctrl-C stops everything.\n")
        self.stdout.flush()


def first_person_lines() -> list[str]:
    """This will say how to make the first person of ops where nobody can sign in yet; nothing where somebody can."""
    if User.objects.filter(is_active=True).exists():
        return []
    return [
        "Nobody can sign in yet. Make the first person, of ops, in a second terminal:",
        f"  {same_data()}{python_here()} manage.py createsuperuser",
    ]


def mail_line(address: str) -> str:
    """This will say where sent mail goes."""
    if leaves_the_machine():
        return f"Mail leaves this machine, through {settings.MAIL_PROVIDER}."
    return f"Sent mail is captured at {address}/mailbox; no mail leaves this machine."


def data_line() -> str:
    """This will say where the data is kept; the keys to it stay in the folder in either case."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"Data is kept in {settings.DATA_DIR}."
    where = database["HOST"] or "this machine"
    return f"Data is kept in the database {database['NAME']} on {where}, its keys in {settings.DATA_DIR}."


def same_data() -> str:
    """This will repeat, for a second terminal, which data this start was given; an address may hold a password."""
    folder, address = os.environ.get("DATA_DIR"), os.environ.get("DATABASE_URL")
    return (f"DATA_DIR={shlex.quote(folder)} " if folder else "") + ("DATABASE_URL=… " if address else "")


def python_here() -> str:
    """This will name this Python as it is typed from the working directory."""
    return os.path.relpath(sys.executable) if sys.executable.startswith(os.getcwd() + os.sep) else sys.executable


def wants_demo() -> bool:
    """This will say whether the demo book belongs here: the desk is empty, and nobody has taken the demo out of it."""
    had_demo = ImportRun.objects.filter(kind="demo", state__in=(ImportState.DONE, ImportState.UNDONE)).exists()
    return "load_demo" in get_commands() and not had_demo and not Customer.objects.exists()


def open_standard_streams() -> None:
    """This will open what is closed of 0, 1 and 2: a socket that took such a number would be lost to the children."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)


def bind(port: int) -> socket.socket:
    """This will take the port before anything else is done; CommandError when someone else has it."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        raise CommandError(f"Port {port} cannot be used ({error}). Choose another: make run PORT=8010") from error
    listener.listen(128)
    return listener


def wait_until_answering(port: int, supervisor: Supervisor) -> bool:
    """This will ask /healthz until it answers; False when stopped before, or when nothing came in time."""
    give_up_at = time.monotonic() + READY_WITHIN_S
    while not supervisor.is_stopping and time.monotonic() < give_up_at:
        if answers(port):
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        # 400 is the answer to a host that ALLOWED_HOSTS leaves out: the server is up.
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
