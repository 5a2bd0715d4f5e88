"""A stand-in for VoIPcloud's integration API. What it assumes: `../README.md`."""

from telephony.providers.voipcloud.sandbox.app import VoipcloudSandbox

SANDBOX = VoipcloudSandbox

__all__ = ["SANDBOX", "VoipcloudSandbox"]
