from django.urls import path

from telephony.views import (
    account,
    connect,
    connecting,
    connections,
    cti,
    enrolling,
    linking,
    live,
    logins,
    operations,
    run_requests,
)

_ONE = "t/<slug:slug>/connections/<int:pk>/"

urlpatterns = [
    path("oauth/<slug:provider>/callback/", connecting.CallbackView.as_view(), name="oauth_callback"),
    path("t/<slug:slug>/connections/", connections.ConnectionListView.as_view(), name="connection_list"),
    path("t/<slug:slug>/connections/new/", connect.ChooseProviderView.as_view(), name="connection_new"),
    path(
        "t/<slug:slug>/connections/new/<slug:provider>/",
        connect.ConnectView.as_view(),
        name="connection_connect",
    ),
    path("t/<slug:slug>/connections/logins/<int:pk>/", logins.LoginView.as_view(), name="login_detail"),
    path(_ONE, connections.ConnectionDetailView.as_view(), name="connection_detail"),
    path(f"{_ONE}now/", connections.ConnectionNowView.as_view(), name="connection_now"),
    path(f"{_ONE}runs/", connections.RunListView.as_view(), name="connection_runs"),
    path(
        f"{_ONE}runs/<int:run>/<slug:act>/",
        run_requests.RunActView.as_view(),
        name="run_act",
    ),
    path(f"{_ONE}sync/", run_requests.SyncNowView.as_view(), name="connection_sync"),
    path(f"{_ONE}missing/", run_requests.FetchMissingView.as_view(), name="connection_missing"),
    path(
        f"{_ONE}accept-removal/", run_requests.AcceptRemovalView.as_view(), name="connection_accept_removal"
    ),
    path(f"{_ONE}pause/", connections.PauseView.as_view(), name="connection_pause"),
    path(f"{_ONE}settings/", connections.ConnectionSettingsView.as_view(), name="connection_settings"),
    path(f"{_ONE}unlink/", connections.UnlinkView.as_view(), name="connection_unlink"),
    path(f"{_ONE}reconnect/", connect.ReconnectView.as_view(), name="connection_reconnect"),
    path(f"{_ONE}customers/", linking.CustomersView.as_view(), name="connection_customers"),
    path(f"{_ONE}live/<slug:panel>/", live.ConnectionPanelView.as_view(), name="connection_live"),
    path(f"{_ONE}contact/", connecting.ContactView.as_view(), name="connection_contact"),
    path(f"{_ONE}contact/forget/", connecting.ForgetContactView.as_view(), name="connection_contact_forget"),
    path(f"{_ONE}cti/", cti.CtiView.as_view(), name="connection_cti"),
    path(f"{_ONE}cti/rule/", cti.TestRuleView.as_view(), name="connection_cti_rule"),
    path(f"{_ONE}cti/password/", cti.LinePasswordView.as_view(), name="connection_cti_password"),
    path(f"{_ONE}live-calls/", enrolling.HookListView.as_view(), name="connection_hooks"),
    path(f"{_ONE}live-calls/waiting/", enrolling.WaitingView.as_view(), name="connection_hooks_waiting"),
    path(f"{_ONE}live-calls/<int:line>/", enrolling.HookDetailView.as_view(), name="connection_hook"),
    path(f"{_ONE}account/", account.AccountView.as_view(), name="connection_account"),
    path(f"{_ONE}operations/", operations.OperationListView.as_view(), name="operation_list"),
    path(f"{_ONE}operations/<str:key>/", operations.OperationView.as_view(), name="operation_detail"),
]
