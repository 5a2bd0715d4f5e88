from django.urls import path

from telephony.views import callflow_editing, callflows

HERE = "t/<slug:slug>/callflows/"
ONE = f"{HERE}<int:pk>/"

urlpatterns = [
    path(HERE, callflows.CallflowListView.as_view(), name="callflow_list"),
    path(ONE, callflows.CallflowView.as_view(), name="callflow_detail"),
    path(f"{ONE}drawing.svg", callflows.CallflowDrawingView.as_view(), name="callflow_drawing"),
    path(f"{ONE}document.json", callflows.CallflowDocumentView.as_view(), name="callflow_document"),
    path(f"{ONE}edit/", callflow_editing.CallflowEditView.as_view(), name="callflow_edit"),
    path(f"{ONE}edit/review/", callflow_editing.CallflowReviewView.as_view(), name="callflow_review"),
    path(f"{ONE}restore/", callflow_editing.CallflowRestoreView.as_view(), name="callflow_restore"),
]
