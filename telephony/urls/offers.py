from django.urls import path

from telephony.views import act_forms, offered_operations

urlpatterns = [
    path(
        "t/<slug:slug>/entities/<int:pk>/do/<str:key>/",
        act_forms.ObjectActFormView.as_view(),
        name="object_act",
    ),
    path(
        "t/<slug:slug>/connections/<int:pk>/account/do/<str:key>/",
        act_forms.AccountActFormView.as_view(),
        name="account_act",
    ),
    path(
        "t/<slug:slug>/entities/<int:pk>/operations/<str:key>/",
        offered_operations.ObjectOperationView.as_view(),
        name="object_operation",
    ),
    path(
        "t/<slug:slug>/connections/<int:pk>/account/operations/<str:key>/",
        offered_operations.OfferedOperationView.as_view(),
        name="account_operation",
    ),
]
