from django.urls import path

from telephony.views import (
    barring,
    edit_json,
    editing,
    lines,
    messages,
    new_objects,
    profile_switching,
    references,
)

urlpatterns = [
    path(
        "t/<slug:slug>/lines/profile/", profile_switching.ProfileSwitchView.as_view(), name="profile_switch"
    ),
    path("t/<slug:slug>/lines/<int:pk>/", lines.LineDetailView.as_view(), name="line_detail"),
    path("t/<slug:slug>/lines/<int:pk>/refresh/", lines.LineRefreshView.as_view(), name="line_refresh"),
    path("t/<slug:slug>/lines/<int:pk>/terminals/", lines.TerminalsView.as_view(), name="line_terminals"),
    path("t/<slug:slug>/lines/<int:pk>/messages/", messages.MessagesView.as_view(), name="line_messages"),
    path(
        "t/<slug:slug>/lines/<int:pk>/messages/<slug:folder>/<str:message>/sound.wav",
        messages.SoundView.as_view(),
        name="message_sound",
    ),
    path(
        "t/<slug:slug>/lines/<int:pk>/messages/<slug:folder>/<str:message>/erase/",
        messages.EraseView.as_view(),
        name="message_erase",
    ),
    path("t/<slug:slug>/entities/<int:pk>/edit/<str:operation>/", editing.EditView.as_view(), name="edit"),
    path(
        "t/<slug:slug>/entities/<int:pk>/edit/<str:operation>/json/",
        edit_json.EditJsonView.as_view(),
        name="edit_json",
    ),
    path(
        "t/<slug:slug>/entities/<slug:connection>/<str:kind>/new/",
        new_objects.NewView.as_view(),
        name="new",
    ),
    path(
        "t/<slug:slug>/entities/<slug:connection>/<str:kind>/options/",
        references.OptionsView.as_view(),
        name="options",
    ),
    path("t/<slug:slug>/entities/<int:pk>/act/<str:operation>/", editing.ActView.as_view(), name="act"),
    path("t/<slug:slug>/lines/<int:pk>/bar/", barring.BarAbroadView.as_view(), name="bar_abroad"),
]
