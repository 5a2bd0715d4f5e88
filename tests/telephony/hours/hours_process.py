"""Run in a process of its own, to be killed: goes on with one run of opening hours as a worker does.

hours_process.py TENANT_ID RUN_ID
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(tenant_id: int, run_id: int) -> None:
    django.setup()
    from telephony.models import HoursRun
    from telephony.services import hours_writing, ledger

    with ledger.leased(HoursRun, tenant_id, run_id) as run:
        hours_writing.advance(run)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
