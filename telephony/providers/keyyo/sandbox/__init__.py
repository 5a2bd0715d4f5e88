"""A stand-in for Keyyo: Manager API, OAuth, CTI functions and notifications. What it assumes: `../README.md`."""

from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

SANDBOX = KeyyoSandbox

__all__ = ["SANDBOX", "KeyyoSandbox"]
