from django.urls import path

from telephony.views import retention

urlpatterns = [
    path("t/<slug:slug>/settings/retention/", retention.RetentionView.as_view(), name="retention"),
]
