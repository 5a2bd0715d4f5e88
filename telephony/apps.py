from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelephonyConfig(AppConfig):
    name = "telephony"
    verbose_name = _("Telephony")

    def ready(self) -> None:
        from portal.ui import context
        from telephony import looks, menu
        from telephony.services import tenant_facts
        from telephony.views import page_exports

        context.configure(
            search_url_name="telephony:search",
            jobs_url_name="telephony:job_running",
            numbers_url_name="telephony:number_list",
            export_url=page_exports.export_url,
        )
        looks.register()
        menu.register()
        tenant_facts.register()
