from django.urls import path

from telephony.views import change_acts, changes

_ONE = "t/<slug:slug>/changes/<int:pk>/"

urlpatterns = [
    path("t/<slug:slug>/changes/", changes.ChangeListView.as_view(), name="change_list"),
    path(_ONE, changes.ChangeDetailView.as_view(), name="change_detail"),
    path(f"{_ONE}send/", change_acts.ChangeSendView.as_view(), name="change_send"),
    path(f"{_ONE}discard/", change_acts.ChangeDiscardView.as_view(), name="change_discard"),
    path(f"{_ONE}renew/", change_acts.ChangeRenewView.as_view(), name="change_renew"),
    path(f"{_ONE}revert/", change_acts.ChangeRevertView.as_view(), name="change_revert"),
    path(f"{_ONE}charges/", change_acts.ChargesView.as_view(), name="change_charges"),
    path(f"{_ONE}outcome/", changes.ChangeOutcomeView.as_view(), name="change_outcome"),
    path(f"{_ONE}request/", changes.ExactRequestView.as_view(), name="change_request"),
]
