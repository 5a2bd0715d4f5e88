"""Run in a process of its own, which has Django ready and starts others that ask the quota.

quota_process.py CREDENTIAL_ID   reads lines, and answers each with a number:

    start COUNT               that many processes more; how many there are
    ask COUNT TRIES PRIORITY  the newest COUNT of them all try at once; how many calls were let through
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main(credential_id: int) -> None:
    django.setup()
    from telephony.services import quota  # noqa: F401  # read once, before the processes divide

    fork = multiprocessing.get_context("fork")
    asked: list[Connection] = []
    for line in sys.stdin:
        word, count, *values = line.split()
        if word == "start":
            for _ in range(int(count)):
                here, there = fork.Pipe()
                fork.Process(target=ask, args=(credential_id, there), daemon=True).start()
                asked.append(here)
            print(len(asked), flush=True)
        else:
            newest = asked[-int(count) :]
            for one in newest:
                one.send(values)
            print(sum(one.recv() for one in newest), flush=True)


def ask(credential_id: int, orders: Connection) -> None:
    from accounts.scoping import unscoped
    from portal.lib.errors import RateLimited
    from telephony.models import Credential
    from telephony.providers.declaration import Pacing
    from telephony.providers.transport import Deadline
    from telephony.services.quota import CredentialQuota

    with unscoped("credential"):
        key_hash = Credential.objects.get(pk=credential_id).key_hash
    quota = CredentialQuota(credential_id, key_hash, slow=Pacing(limit=95, window_s=900, kept=10))
    while True:
        tries, priority = orders.recv()
        taken = 0
        for _ in range(int(tries)):
            try:
                quota.acquire("", 1, "person" if priority == "person" else "worker", Deadline(0))
            except RateLimited:
                continue
            taken += 1
        orders.send(taken)


if __name__ == "__main__":
    main(int(sys.argv[1]))
