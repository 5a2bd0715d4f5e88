"""Run in a process of its own, to be killed: a turn of a task for each of some rows, as a worker takes them.

turn_process.py TASK TENANT_ID ROW_ID...
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
BATCH = 4


def main(task: str, tenant_id: int, *row_ids: int) -> None:
    django.setup()
    from telephony import tasks
    from telephony.services import retention

    retention.BATCH = BATCH
    for row_id in row_ids:
        getattr(tasks, task)(tenant_id, row_id)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
