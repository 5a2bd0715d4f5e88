from django.urls import path

from telephony.views import (
    act_course,
    calling,
    calls,
    live_board,
    live_matching,
    missed,
    missed_digest,
    missed_figures,
    my_line,
    staff_calls,
)

urlpatterns = [
    path("staff/calls/", staff_calls.StaffCallsView.as_view(), name="staff_calls"),
    path("t/<slug:slug>/calls/", calls.CallListView.as_view(), name="call_list"),
    path("t/<slug:slug>/calls/live/", live_board.LiveView.as_view(), name="call_live"),
    path("t/<slug:slug>/calls/live/wall/", live_board.WallView.as_view(), name="call_wall"),
    path("t/<slug:slug>/calls/live/board/", live_board.BoardView.as_view(), name="call_live_board"),
    path("t/<slug:slug>/calls/live/stream/", live_board.StreamView.as_view(), name="call_live_stream"),
    path("t/<slug:slug>/calls/live/seen/", live_matching.SeenView.as_view(), name="call_seen"),
    path("t/<slug:slug>/calls/missed/", missed.MissedView.as_view(), name="missed"),
    path(
        "t/<slug:slug>/calls/missed/figures/",
        missed_figures.MissedFiguresView.as_view(),
        name="missed_figures",
    ),
    path("t/<slug:slug>/calls/missed/by-mail/", missed_digest.DigestView.as_view(), name="missed_digest"),
    path("t/<slug:slug>/calls/missed/<str:number>/", missed.MissedNumberView.as_view(), name="missed_number"),
    path(
        "t/<slug:slug>/calls/missed/<str:number>/<slug:act>/",
        missed.MissedActView.as_view(),
        name="missed_act",
    ),
    path("t/<slug:slug>/calls/start/", calling.StartCallView.as_view(), name="call_start"),
    path("t/<slug:slug>/calls/connect/", calling.JoinView.as_view(), name="call_join"),
    path("t/<slug:slug>/calls/text/", calling.TextView.as_view(), name="text_send"),
    path("t/<slug:slug>/calls/acts/<int:pk>/", act_course.ActCourseView.as_view(), name="act_course"),
    path("t/<slug:slug>/calls/my-line/", my_line.MyLineView.as_view(), name="my_line"),
    path("t/<slug:slug>/calls/views/", calls.SaveViewView.as_view(), name="call_save_view"),
    path(
        "t/<slug:slug>/calls/views/<int:pk>/forget/", calls.ForgetViewView.as_view(), name="call_forget_view"
    ),
    path("t/<slug:slug>/calls/<int:pk>/", calls.CallDetailView.as_view(), name="call_detail"),
]
