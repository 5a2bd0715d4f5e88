"""The application entry of the registry; apart from the site, for applications are listed before models load."""

from django.contrib.admin.apps import AdminConfig


class RegistryConfig(AdminConfig):
    default_site = "accounts.admin_site.AdminSite"
