"""The two programs of the embedded default: the web server, and one worker with beat inside."""

import socket

from config.serving.supervisor import Program

WEB_THREADS = 8
WORKER_THREADS = 4
ROOT_WARNING = "You're running the worker with superuser privileges"


def web_program(listener: socket.socket, *, public_url: str) -> Program:
    """This will describe the web server on a socket that is already bound, so that a restart refuses no caller."""
    return Program(
        name="web",
        module="gunicorn",
        arguments=(
            "config.wsgi:application",
            f"--bind=fd://{listener.fileno()}",
            "--worker-class=gthread",
            "--workers=1",
            f"--threads={WEB_THREADS}",
            "--graceful-timeout=5",
            "--log-level=warning",
            "--no-control-socket",
        ),
        extra_env={"PUBLIC_URL": public_url},
        inherited_fds=(listener.fileno(),),
    )


def worker_program(*, public_url: str) -> Program:
    """This will describe the worker; gossip, mingle and heartbeats are for many workers, here there is one."""
    return Program(
        name="worker",
        module="celery",
        arguments=(
            "--app=config",
            "--quiet",
            "worker",
            "--beat",
            "--pool=threads",
            f"--concurrency={WORKER_THREADS}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ),
        # The warning is about pickle; only JSON is accepted here, and in a container everybody is root.
        extra_env={"PUBLIC_URL": public_url, "PYTHONWARNINGS": f"ignore:{ROOT_WARNING}"},
    )
