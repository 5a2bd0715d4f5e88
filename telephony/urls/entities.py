from django.urls import path

from telephony.views import entities, live, pictures, search, sounds

urlpatterns = [
    path("t/<slug:slug>/lines/", entities.LineListView.as_view(), name="line_list"),
    path("t/<slug:slug>/entities/<int:pk>/", entities.EntityDetailView.as_view(), name="entity_detail"),
    path("t/<slug:slug>/entities/<int:pk>/refresh/", entities.RefreshView.as_view(), name="entity_refresh"),
    path(
        "t/<slug:slug>/entities/<int:pk>/live/<slug:panel>/",
        live.EntityPanelView.as_view(),
        name="entity_live",
    ),
    path("t/<slug:slug>/entities/<int:pk>/sound/", sounds.SoundView.as_view(), name="sound"),
    path(
        "t/<slug:slug>/entities/<int:pk>/picture/<slug:picture>/",
        pictures.PictureView.as_view(),
        name="picture",
    ),
    path("t/<slug:slug>/entities/<int:pk>/speak/", sounds.SpeakView.as_view(), name="sound_speak"),
    path("t/<slug:slug>/entities/<slug:connection>/", entities.KindListView.as_view(), name="kind_list"),
    path(
        "t/<slug:slug>/entities/<slug:connection>/<str:kind>/",
        entities.EntityListView.as_view(),
        name="entity_list",
    ),
    path("t/<slug:slug>/search/", search.SearchView.as_view(), name="search"),
]
