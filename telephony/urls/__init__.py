"""Paths of the telephony app: every module of this package adds its `urlpatterns`, in alphabetical order."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from django.urls import URLPattern, URLResolver

app_name = "telephony"

urlpatterns: list[URLPattern | URLResolver] = [
    pattern
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__))
    for pattern in import_module(f"{__name__}.{module}").urlpatterns
]
