"""Run in a process of its own, to be killed: makes and sends one run of a report as a worker does.

report_process.py TENANT_ID RUN_ID
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(tenant_id: int, run_id: int) -> None:
    django.setup()
    from telephony.tasks import advance_report

    advance_report(tenant_id, run_id)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
