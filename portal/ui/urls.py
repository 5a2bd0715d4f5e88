"""Small choices a person makes about the frame itself: theme and columns."""

from django.urls import path

from portal.ui import preferences

app_name = "ui"
urlpatterns = [
    path("theme/", preferences.set_theme, name="theme"),
    path("columns/", preferences.set_columns, name="columns"),
]
