#!/usr/bin/env python
"""Django's command line. A command that needs another database role than the app's says so in ROLES."""

import os
import sys

# What migrates owns the tables; what sweeps all clients connects as the worker. Everything else is the app, without scope.
ROLES = {
    "migrate": "owner",
    "remind_renewals": "worker",
    "replay_event_log": "worker",
    "seed_demo": "worker",
    "sweep_files": "worker",
    "tick": "worker",
    "verify_approvals": "worker",
    "verify_receipts": "worker",
}


def main() -> None:
    """Choose the process's database role by its command, then hand over to Django."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("DATABASE_ROLE", ROLES.get(command, "app"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
