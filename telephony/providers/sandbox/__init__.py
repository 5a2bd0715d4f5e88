"""What every provider stand-in shares: a loopback HTTP server, a clock, faults, limits and saved state.

A sandbox is a product: it answers third-party clients as the real service does. What a provider says and
refuses lives in its own folder (`telephony/providers/NAME/sandbox/`); nothing here knows a provider by name.
Plain Python: no Django, no settings, no database.
"""

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.provider import SandboxProvider
from telephony.providers.sandbox.server import SandboxServer

__all__ = ["SandboxClock", "SandboxProvider", "SandboxServer"]
