"""Ask a health address from inside a container: ends 0 when it answers 200, else 1.

Goes by the first of ALLOWED_HOSTS, since the address inside is not one that the desk is reached by.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

TIMEOUT_S = 4


def is_healthy(address: str, *, host: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=TIMEOUT_S)
    try:
        connection.request("GET", parts.path, headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(argv: list[str]) -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    return 0 if is_healthy(argv[0], host=host) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
