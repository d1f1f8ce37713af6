#!/usr/bin/env python
"""The way in for operators: every command of Juanzong is `manage.py COMMAND`."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dms.config.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
