"""Which providers have a sandbox: those whose folder holds one. Nobody keeps a list."""

import importlib
import importlib.util
import pkgutil

import telephony.providers
from telephony.providers.sandbox.provider import SandboxProvider


def sandbox_names() -> list[str]:
    """Names of the provider folders that hold a sandbox, sorted."""
    folders = [module.name for module in pkgutil.iter_modules(telephony.providers.__path__) if module.ispkg]
    return sorted(
        name
        for name in folders
        if name != "sandbox" and importlib.util.find_spec(f"telephony.providers.{name}.sandbox") is not None
    )


def sandbox_class(name: str) -> type[SandboxProvider]:
    """The stand-in of one provider. Raises LookupError when its folder has none."""
    if name not in sandbox_names():
        raise LookupError(f"no sandbox of {name!r}; there are: {', '.join(sandbox_names())}")
    found: type[SandboxProvider] = importlib.import_module(f"telephony.providers.{name}.sandbox").SANDBOX
    return found
