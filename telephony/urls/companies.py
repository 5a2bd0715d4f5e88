from django.urls import path

from telephony.views import companies

urlpatterns = [
    path("t/<slug:slug>/companies/", companies.CompanyListView.as_view(), name="company_list"),
    path("t/<slug:slug>/companies/new/", companies.CompanyCreateView.as_view(), name="company_create"),
    path("t/<slug:slug>/companies/<int:pk>/", companies.CompanyDetailView.as_view(), name="company_detail"),
    path(
        "t/<slug:slug>/companies/<int:pk>/delete/",
        companies.CompanyDeleteView.as_view(),
        name="company_delete",
    ),
]
