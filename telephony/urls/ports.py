from django.urls import path

from telephony.views import ports

urlpatterns = [
    path("t/<slug:slug>/ports/", ports.PortBoardView.as_view(), name="port_board"),
    path("t/<slug:slug>/ports/<int:pk>/move/<slug:state>/", ports.PortMoveView.as_view(), name="port_move"),
]
