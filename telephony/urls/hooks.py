from django.urls import path

from telephony.views import hooks

urlpatterns = [path("hooks/<slug:provider>/<str:secret>/", hooks.receive, name="hook")]
