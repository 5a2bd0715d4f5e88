from django.urls import path

from telephony.views import directory

urlpatterns = [
    path("t/<slug:slug>/directory/", directory.DirectoryView.as_view(), name="directory"),
]
