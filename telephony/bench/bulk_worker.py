"""A worker of one job in a process of its own, to be killed: `python -m telephony.bench.bulk_worker TENANT JOB`."""

from __future__ import annotations

import os
import sys

import django


def main(tenant_id: int, job_id: int) -> None:
    django.setup()
    from telephony.bench.bulk_edits import finish

    finish(tenant_id, job_id)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main(int(sys.argv[1]), int(sys.argv[2]))
