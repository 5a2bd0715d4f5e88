"""Every path of the portal. Paths are stable: people bookmark them and scripts ask for them."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.permission_denied"
handler404 = "portal.ui.errors.page_not_found"
handler500 = "portal.ui.errors.server_error"

urlpatterns = [
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/catalog.js", JavaScriptCatalog.as_view(packages=["portal"]), name="js_catalog"),
    path("ui/", include("portal.ui.urls")),
    path("admin/", admin.site.urls),
    path("", include("telephony.urls")),
]
