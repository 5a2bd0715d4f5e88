"""A stand-in for a Kazoo cluster's Crossbar. What it assumes and what it leaves out: `README.md`."""

from telephony.providers.kazoo.sandbox.app import KazooSandbox

SANDBOX = KazooSandbox

__all__ = ["SANDBOX", "KazooSandbox"]
