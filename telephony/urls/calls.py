from django.urls import path

from telephony.views import calling, calls

urlpatterns = [
    path("t/<slug:slug>/calls/", calls.CallListView.as_view(), name="call_list"),
    path("t/<slug:slug>/calls/start/", calling.StartCallView.as_view(), name="call_start"),
    path("t/<slug:slug>/calls/views/", calls.SaveViewView.as_view(), name="call_save_view"),
    path(
        "t/<slug:slug>/calls/views/<int:pk>/forget/", calls.ForgetViewView.as_view(), name="call_forget_view"
    ),
    path("t/<slug:slug>/calls/<int:pk>/", calls.CallDetailView.as_view(), name="call_detail"),
]
