from django.apps import AppConfig

from portal.celery import app as celery_app

__all__ = ["PortalConfig", "celery_app"]  # shared tasks need the application to exist


class PortalConfig(AppConfig):
    name = "portal"
