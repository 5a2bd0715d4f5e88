from django.urls import path

from telephony.views import jobs

urlpatterns = [
    path("t/<slug:slug>/exports/", jobs.ExportListView.as_view(), name="export_list"),
    path("t/<slug:slug>/exports/calls/", jobs.ExportCallsView.as_view(), name="export_calls"),
    path("t/<slug:slug>/exports/changes/", jobs.ExportChangesView.as_view(), name="export_changes"),
    path("t/<slug:slug>/exports/<int:pk>/", jobs.ExportDetailView.as_view(), name="export_detail"),
    path("t/<slug:slug>/exports/<int:pk>/file/", jobs.ExportFileView.as_view(), name="export_file"),
    path("t/<slug:slug>/jobs/", jobs.JobListView.as_view(), name="job_list"),
    path("t/<slug:slug>/jobs/running/", jobs.RunningJobsView.as_view(), name="job_running"),
]
