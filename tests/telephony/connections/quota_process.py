"""Run in a process of its own: says "ready", then for each line "TRIES PRIORITY" how many calls the quota let through.

quota_process.py CREDENTIAL_ID
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(credential_id: int) -> None:
    django.setup()
    from accounts.scoping import unscoped
    from portal.lib.errors import RateLimited
    from telephony.models import Credential
    from telephony.providers.declaration import Pacing
    from telephony.providers.transport import Deadline
    from telephony.services.quota import CredentialQuota

    with unscoped("credential"):
        key_hash = Credential.objects.get(pk=credential_id).key_hash
    quota = CredentialQuota(credential_id, key_hash, slow=Pacing(limit=95, window_s=900, kept=10))
    print("ready", flush=True)
    for line in sys.stdin:
        tries, priority = line.split()
        taken = 0
        for _ in range(int(tries)):
            try:
                quota.acquire("", 1, "person" if priority == "person" else "worker", Deadline(0))
            except RateLimited:
                continue
            taken += 1
        print(taken, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
