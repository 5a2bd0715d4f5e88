from django.urls import path

from telephony.views import directory, directory_files

urlpatterns = [
    path("t/<slug:slug>/directory/", directory.DirectoryView.as_view(), name="directory"),
    path(
        "t/<slug:slug>/directory/import/",
        directory_files.DirectoryImportView.as_view(),
        name="directory_import",
    ),
    path(
        "t/<slug:slug>/directory/export/<slug:connection>.<slug:format>",
        directory_files.DirectoryExportView.as_view(),
        name="directory_export",
    ),
]
