#!/usr/bin/env python
"""Run Evergreen's commands; `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")
    from django.core.management import execute_from_command_line

    from config.settings.required import UnusableSettings

    try:
        execute_from_command_line(sys.argv)
    except UnusableSettings as why:
        sys.exit(str(why))


if __name__ == "__main__":
    main()
