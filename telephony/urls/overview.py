from django.urls import path

from telephony.views import overview, overview_parts, staff_figures

urlpatterns = [
    path("staff/figures/", staff_figures.StaffFiguresView.as_view(), name="staff_figures"),
    path("staff/figures/never/", staff_figures.NeverView.as_view(), name="staff_never"),
    path("t/<slug:slug>/", overview.OverviewView.as_view(), name="overview"),
    path("t/<slug:slug>/figures/waits/", overview_parts.WaitsView.as_view(), name="overview_waits"),
    path("t/<slug:slug>/figures/at-once/", overview_parts.PeaksView.as_view(), name="overview_peaks"),
    path("t/<slug:slug>/figures/queues/", overview_parts.GroupsView.as_view(), name="overview_groups"),
    path("t/<slug:slug>/figures/lines/", overview_parts.LinesView.as_view(), name="overview_lines"),
    path(
        "t/<slug:slug>/figures/destinations/",
        overview_parts.DestinationsView.as_view(),
        name="overview_destinations",
    ),
    path("t/<slug:slug>/figures/callers/", overview_parts.CallersView.as_view(), name="overview_callers"),
    path("t/<slug:slug>/figures/missed/", overview_parts.FatesView.as_view(), name="overview_fates"),
]
