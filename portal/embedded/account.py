"""The account the servers run as. PostgreSQL refuses root, so root lends them an unprivileged one."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

from portal.embedded import CannotStart

UNPRIVILEGED = "nobody"  # initdb looks its account up by name: a made-up uid will not do


class Account:
    """The caller's own account or, when the caller is root, `nobody`."""

    def __init__(self) -> None:
        self.is_lent = os.geteuid() == 0
        self.entry = pwd.getpwnam(UNPRIVILEGED) if self.is_lent else pwd.getpwuid(os.geteuid())

    @property
    def name(self) -> str:
        return self.entry.pw_name

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments that make subprocess start a program under this account."""
        if not self.is_lent:
            return {}
        return {"user": self.entry.pw_uid, "group": self.entry.pw_gid, "extra_groups": []}

    def may(self, test: str, path: Path) -> bool:
        """Ask the kernel, as that account: `may("-x", folder)`. Cheaper than reasoning about modes and links."""
        return subprocess.run(["test", test, str(path)], cwd="/", **self.popen_options()).returncode == 0

    def folder(self, path: Path) -> Path:
        """Make a folder that only this account may enter, and return it."""
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if self.is_lent:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)
        return path

    def reachable(self, wanted: Path) -> Path:
        """The folder itself, or a stable one of its own under /var/tmp when this account cannot get into it.

        Root's home is usually closed to everybody else, and the servers' data must lie where `nobody` can go.
        """
        wanted.mkdir(parents=True, exist_ok=True)
        if self.may("-x", wanted):
            return wanted
        if self.is_lent:  # a tight umask may be all that is in the way: open it for passing through
            wanted.chmod(wanted.stat().st_mode | 0o011)
            if self.may("-x", wanted):
                return wanted
        name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
        other = Path("/var/tmp") / f"switchboard-{name}"
        other.mkdir(mode=0o755, exist_ok=True)
        if other.is_symlink() or other.stat().st_uid != os.geteuid():
            raise CannotStart(
                f"{other} belongs to somebody else: remove it, or set DATA_DIR to another folder."
            )
        return other
