"""The access log of gunicorn, without secrets: `--logger-class portal.access_log.RedactingLogger`."""

from __future__ import annotations

from gunicorn.glogging import Logger, SafeAtoms

from portal.lib.redaction import redact_path


class RedactedAtoms(SafeAtoms):
    """What a line of the log may name, redacted as it is named."""

    def __getitem__(self, name: str) -> str:
        if name == "q" and str(self.get("U")).startswith("/hooks/"):
            return ""
        return redact_path(str(super().__getitem__(name)))


class RedactingLogger(Logger):
    atoms_wrapper_class = RedactedAtoms
