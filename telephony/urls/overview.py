from django.urls import path

from telephony.views import overview, overview_parts, staff_figures, staff_parts

urlpatterns = [
    path("staff/figures/", staff_figures.StaffFiguresView.as_view(), name="staff_figures"),
    path("staff/figures/hours/", staff_parts.HeatView.as_view(), name="staff_heat"),
    path("staff/figures/waits/", staff_parts.WaitsView.as_view(), name="staff_waits"),
    path("staff/figures/at-once/", staff_parts.PeaksView.as_view(), name="staff_peaks"),
    path("staff/figures/missed/", staff_parts.FatesView.as_view(), name="staff_fates"),
    path("staff/figures/never/", staff_parts.NeverView.as_view(), name="staff_never"),
    path("staff/figures/callers/", staff_parts.CallersView.as_view(), name="staff_callers"),
    path("staff/figures/queues/", staff_parts.GroupsView.as_view(), name="staff_groups"),
    path("staff/figures/lines/", staff_parts.LinesView.as_view(), name="staff_lines"),
    path("staff/figures/destinations/", staff_parts.DestinationsView.as_view(), name="staff_destinations"),
    path("staff/figures/plans/", staff_parts.PlansView.as_view(), name="staff_plans"),
    path("staff/figures/balances/", staff_parts.BalancesView.as_view(), name="staff_balances"),
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
