"""A stand-in for keevio: companies, containers, sessions and keys. What it assumes: `../README.md`."""

from telephony.providers.keevio.sandbox.app import KeevioSandbox

SANDBOX = KeevioSandbox

__all__ = ["SANDBOX", "KeevioSandbox"]
