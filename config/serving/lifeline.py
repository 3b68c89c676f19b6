"""Run a module as a child that ends when its parent does, however the parent ended.

Started as `python -m config.serving.lifeline FD MODULE ARGS…`. FD is the reading end of a pipe whose other end only
the parent holds: when the parent is gone, even by SIGKILL, the pipe closes.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 8.0


def follow_parent(fd: int) -> None:
    """This will wait for the parent's end, then ask this process to stop and, if it lingers, kill its whole group."""
    while os.read(fd, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main(argv: list[str]) -> None:
    fd, module, *arguments = argv
    threading.Thread(target=follow_parent, args=(int(fd),), daemon=True, name="lifeline").start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
