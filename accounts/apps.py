from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and tenants")

    def ready(self) -> None:
        from accounts import facts, menu, signals  # noqa: F401  # signals register themselves

        menu.register()
        facts.register()
