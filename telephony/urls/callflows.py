from django.urls import path

from telephony.views import callflows

HERE = "t/<slug:slug>/callflows/"
ONE = f"{HERE}<int:pk>/"

urlpatterns = [
    path(HERE, callflows.CallflowListView.as_view(), name="callflow_list"),
    path(ONE, callflows.CallflowView.as_view(), name="callflow_detail"),
    path(f"{ONE}drawing.svg", callflows.CallflowDrawingView.as_view(), name="callflow_drawing"),
    path(f"{ONE}document.json", callflows.CallflowDocumentView.as_view(), name="callflow_document"),
]
