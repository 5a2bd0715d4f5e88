from django.urls import path

from telephony.views import connecting

_ONE = "t/<slug:slug>/connections/<int:pk>/"

urlpatterns = [
    path("oauth/<slug:provider>/callback/", connecting.CallbackView.as_view(), name="oauth_callback"),
    path("t/<slug:slug>/connections/new/", connecting.ChooseProviderView.as_view(), name="connection_new"),
    path(
        "t/<slug:slug>/connections/new/<slug:provider>/",
        connecting.ConnectView.as_view(),
        name="connection_connect",
    ),
    path(f"{_ONE}reconnect/", connecting.ReconnectView.as_view(), name="connection_reconnect"),
    path(f"{_ONE}contact/", connecting.ContactView.as_view(), name="connection_contact"),
    path(f"{_ONE}contact/forget/", connecting.ForgetContactView.as_view(), name="connection_contact_forget"),
]
