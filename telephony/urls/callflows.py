from django.urls import path

from telephony.views import (
    callflow_bringing,
    callflow_drafts,
    callflow_editing,
    callflow_new,
    callflow_trying,
    callflows,
)

HERE = "t/<slug:slug>/callflows/"
ONE = f"{HERE}<int:pk>/"
DRAFT = f"{HERE}drafts/<int:pk>/"

urlpatterns = [
    path(HERE, callflows.CallflowListView.as_view(), name="callflow_list"),
    path(f"{HERE}new/", callflow_new.NewCallflowView.as_view(), name="callflow_new"),
    path(
        f"{HERE}new/<slug:connection>/<slug:start>/",
        callflow_new.StartView.as_view(),
        name="callflow_start",
    ),
    path(f"{HERE}bring/", callflow_bringing.BringView.as_view(), name="callflow_bring"),
    path(f"{HERE}bring/<slug:connection>/", callflow_bringing.MapView.as_view(), name="callflow_map"),
    path(f"{ONE}copy/", callflow_bringing.CopyView.as_view(), name="callflow_copy"),
    path(f"{DRAFT}edit/", callflow_new.NewCallflowEditView.as_view(), name="callflow_new_edit"),
    path(f"{DRAFT}review/", callflow_new.NewCallflowReviewView.as_view(), name="callflow_new_review"),
    path(f"{DRAFT}try/", callflow_trying.NewCallflowTryView.as_view(), name="callflow_new_try"),
    path(ONE, callflows.CallflowView.as_view(), name="callflow_detail"),
    path(f"{ONE}drawing.svg", callflows.CallflowDrawingView.as_view(), name="callflow_drawing"),
    path(f"{ONE}drawing.pdf", callflows.CallflowPaperView.as_view(), name="callflow_paper"),
    path(f"{ONE}document.json", callflows.CallflowDocumentView.as_view(), name="callflow_document"),
    path(f"{ONE}edit/", callflow_editing.CallflowEditView.as_view(), name="callflow_edit"),
    path(f"{ONE}edit/review/", callflow_drafts.CallflowReviewView.as_view(), name="callflow_review"),
    path(f"{ONE}try/", callflow_trying.CallflowTryView.as_view(), name="callflow_try"),
    path(f"{ONE}restore/", callflow_drafts.CallflowRestoreView.as_view(), name="callflow_restore"),
]
