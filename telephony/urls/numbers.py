from django.urls import path

from telephony.views import blocking, number_page, numbers

urlpatterns = [
    path("t/<slug:slug>/numbers/", numbers.NumberListView.as_view(), name="number_list"),
    path("t/<slug:slug>/numbers/order/", numbers.NumberSearchView.as_view(), name="number_search"),
    path("t/<slug:slug>/numbers/add/", numbers.NumberBringView.as_view(), name="number_bring"),
    path("t/<slug:slug>/numbers/<str:e164>/", number_page.NumberView.as_view(), name="number_detail"),
    path("t/<slug:slug>/numbers/<str:e164>/block/", blocking.BlockView.as_view(), name="number_block"),
    path("t/<slug:slug>/numbers/<str:e164>/unblock/", blocking.UnblockView.as_view(), name="number_unblock"),
    path(
        "t/<slug:slug>/numbers/<int:pk>/release/",
        numbers.NumberReleaseView.as_view(),
        name="number_release",
    ),
]
