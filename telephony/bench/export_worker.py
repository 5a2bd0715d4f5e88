"""A process that makes one export and says how long it took and the most memory it held:
`python -m telephony.bench.export_worker TENANT JOB`."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

import django


def main(tenant_id: int, job_id: int) -> None:
    django.setup()
    from accounts.scoping import tenant_scope
    from telephony.models import Job
    from telephony.services import ledger
    from telephony.tasks import advance_export

    began = time.monotonic()
    is_made = False
    while not is_made:
        with ledger.leased(Job, tenant_id, job_id) as held:
            advance_export(held)
        with tenant_scope(tenant_id):
            is_made = Job.objects.get(pk=job_id).state == Job.State.DONE
    took = time.monotonic() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB on Linux
    print(json.dumps({"s": round(took, 1), "mb": round(most)}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main(int(sys.argv[1]), int(sys.argv[2]))
