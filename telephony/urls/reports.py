from django.urls import path

from telephony.views import report_looks, report_runs, reports

_ALL = "t/<slug:slug>/reports/"
_ONE = "t/<slug:slug>/reports/<int:pk>/"
_RUN = "t/<slug:slug>/reports/runs/<int:pk>/"
_MAIL = "t/<slug:slug>/reports/outbox/<slug:key>/"

urlpatterns = [
    path(_ALL, reports.ReportListView.as_view(), name="report_list"),
    path(f"{_ALL}new/", reports.ReportFormView.as_view(), name="report_new"),
    path(f"{_ALL}look/", report_looks.ReportLookView.as_view(), name="report_look"),
    path(f"{_ALL}look/logo/", report_looks.ReportLogoView.as_view(), name="report_logo"),
    path(f"{_ALL}look/<slug:colour>.css", report_looks.ReportStyleView.as_view(), name="report_style"),
    path(f"{_ALL}outbox/", report_runs.ReportOutboxView.as_view(), name="report_outbox"),
    path(_MAIL, report_runs.ReportMailView.as_view(), name="report_mail"),
    path(f"{_MAIL}page/", report_runs.ReportMailBodyView.as_view(), name="report_mail_page"),
    path(f"{_MAIL}files/<str:file>", report_runs.ReportMailFileView.as_view(), name="report_mail_file"),
    path(_ONE, reports.ReportView.as_view(), name="report_detail"),
    path(f"{_ONE}edit/", reports.ReportEditView.as_view(), name="report_edit"),
    path(f"{_ONE}do/<slug:act>/", reports.ReportActView.as_view(), name="report_act"),
    path(_RUN, report_runs.ReportRunView.as_view(), name="report_run"),
    path(f"{_RUN}again/", report_runs.RunAgainView.as_view(), name="report_run_again"),
    path(f"{_RUN}files/<str:file>", report_runs.ReportFileView.as_view(), name="report_file"),
]
