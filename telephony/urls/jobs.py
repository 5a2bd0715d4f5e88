from django.urls import path

from telephony.views import bulk, bulk_files, exports, job_acts, jobs, staff_exports

_ONE = "t/<slug:slug>/jobs/<int:pk>/"
_STAFF = "staff/exports/"

urlpatterns = [
    path("t/<slug:slug>/exports/", exports.ExportListView.as_view(), name="export_list"),
    path("t/<slug:slug>/exports/page/", exports.ExportPageView.as_view(), name="export_page"),
    path("t/<slug:slug>/exports/calls/", exports.ExportCallsView.as_view(), name="export_calls"),
    path("t/<slug:slug>/exports/changes/", exports.ExportChangesView.as_view(), name="export_changes"),
    path("t/<slug:slug>/exports/<int:pk>/", exports.ExportDetailView.as_view(), name="export_detail"),
    path("t/<slug:slug>/exports/<int:pk>/file/", exports.ExportFileView.as_view(), name="export_file"),
    path("t/<slug:slug>/jobs/", jobs.JobListView.as_view(), name="job_list"),
    path(_ONE, jobs.JobDetailView.as_view(), name="job_detail"),
    path(f"{_ONE}act/<slug:act>/", job_acts.JobActView.as_view(), name="job_act"),
    path(f"{_ONE}progress/", jobs.JobProgressView.as_view(), name="job_progress"),
    path(f"{_ONE}comparing/", jobs.SheetProgressView.as_view(), name="sheet_progress"),
    path(f"{_ONE}results/", jobs.JobResultsView.as_view(), name="job_results"),
    path(f"{_ONE}edit/", bulk.BulkEditView.as_view(), name="bulk_edit"),
    path(f"{_ONE}below/", bulk.BulkBelowView.as_view(), name="bulk_below"),
    path(f"{_ONE}sheet/", bulk_files.SheetView.as_view(), name="bulk_sheet"),
    path(f"{_ONE}do/<slug:act>/", bulk.BulkActView.as_view(), name="bulk_act"),
    path("t/<slug:slug>/exports/objects/", exports.ExportObjectsView.as_view(), name="export_objects"),
    path("t/<slug:slug>/bulk/file/", bulk_files.ImportView.as_view(), name="bulk_import"),
    path("t/<slug:slug>/bulk/choose/", bulk.BulkChooseView.as_view(), name="bulk_choose"),
    path("t/<slug:slug>/jobs/running/", jobs.RunningJobsView.as_view(), name="job_running"),
    path(_STAFF, staff_exports.StaffExportListView.as_view(), name="staff_export_list"),
    path(f"{_STAFF}page/", staff_exports.StaffExportPageView.as_view(), name="staff_export_page"),
    path(f"{_STAFF}<int:pk>/", staff_exports.StaffExportDetailView.as_view(), name="staff_export_detail"),
    path(f"{_STAFF}<int:pk>/file/", staff_exports.StaffExportFileView.as_view(), name="staff_export_file"),
    path(
        f"{_STAFF}<int:pk>/act/<slug:act>/",
        staff_exports.StaffExportActView.as_view(),
        name="staff_export_act",
    ),
]
