from django.urls import path

from telephony.views import changes

_ONE = "t/<slug:slug>/changes/<int:pk>/"

urlpatterns = [
    path("t/<slug:slug>/changes/", changes.ChangeListView.as_view(), name="change_list"),
    path(_ONE, changes.ChangeDetailView.as_view(), name="change_detail"),
    path(f"{_ONE}send/", changes.ChangeSendView.as_view(), name="change_send"),
    path(f"{_ONE}discard/", changes.ChangeDiscardView.as_view(), name="change_discard"),
    path(f"{_ONE}renew/", changes.ChangeRenewView.as_view(), name="change_renew"),
    path(f"{_ONE}revert/", changes.ChangeRevertView.as_view(), name="change_revert"),
    path(f"{_ONE}charges/", changes.ChargesView.as_view(), name="change_charges"),
    path(f"{_ONE}outcome/", changes.ChangeOutcomeView.as_view(), name="change_outcome"),
    path(f"{_ONE}request/", changes.ExactRequestView.as_view(), name="change_request"),
]
