from django.urls import path

from telephony.views import overview

urlpatterns = [path("t/<slug:slug>/", overview.OverviewView.as_view(), name="overview")]
