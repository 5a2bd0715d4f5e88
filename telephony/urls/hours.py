from django.urls import path

from telephony.views import hours, hours_routing, hours_writing

HERE = "t/<slug:slug>/opening-hours/"
RUN = f"{HERE}runs/<int:pk>/"

urlpatterns = [
    path(HERE, hours.HoursView.as_view(), name="hours"),
    path(f"{HERE}new/", hours.HoursEditView.as_view(), name="hours_new"),
    path(f"{HERE}<int:pk>/", hours.HoursView.as_view(), name="hours_detail"),
    path(f"{HERE}<int:pk>/edit/", hours.HoursEditView.as_view(), name="hours_edit"),
    path(f"{HERE}<int:pk>/remove/", hours.HoursRemoveView.as_view(), name="hours_remove"),
    path(f"{HERE}<int:pk>/holidays/", hours.HoursHolidaysView.as_view(), name="hours_holidays"),
    path(f"{HERE}<int:pk>/exceptions/new/", hours.HoursExceptionView.as_view(), name="hours_exception_new"),
    path(
        f"{HERE}<int:pk>/exceptions/<int:exception>/",
        hours.HoursExceptionView.as_view(),
        name="hours_exception",
    ),
    path(
        f"{HERE}<int:pk>/exceptions/<int:exception>/remove/",
        hours.HoursExceptionRemoveView.as_view(),
        name="hours_exception_remove",
    ),
    path(
        f"{HERE}<int:pk>/write/<slug:connection>/", hours_writing.HoursPlanView.as_view(), name="hours_plan"
    ),
    path(
        f"{HERE}<int:pk>/leave/<slug:connection>/",
        hours_writing.HoursRemovePlanView.as_view(),
        name="hours_remove_plan",
    ),
    path(
        f"{HERE}<int:pk>/callflow/<slug:connection>/",
        hours_routing.HoursRouteView.as_view(),
        name="hours_route",
    ),
    path(f"{HERE}rules/<slug:connection>/", hours_writing.TakeOverView.as_view(), name="hours_take_over"),
    path(RUN, hours_writing.HoursRunView.as_view(), name="hours_run"),
    path(f"{RUN}send/", hours_writing.HoursSendView.as_view(), name="hours_run_send"),
    path(f"{RUN}stop/", hours_writing.HoursStopView.as_view(), name="hours_run_stop"),
    path(f"{RUN}compare/", hours_writing.HoursCompareView.as_view(), name="hours_run_compare"),
    path(f"{RUN}discard/", hours_writing.HoursDiscardView.as_view(), name="hours_run_discard"),
    path(f"{RUN}revert/", hours_writing.HoursRevertView.as_view(), name="hours_run_revert"),
]
