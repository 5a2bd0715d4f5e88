"""Paths of people and tenants, beside those of sign-in (allauth) under /accounts/."""

from django.urls import path
from django.views.generic import RedirectView

from accounts.views import audit, home, invitation, invited, me, people, settings, staff

app_name = "accounts"

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("tenants/", home.ChooserView.as_view(), name="chooser"),
    path("me/", me.ProfileView.as_view(), name="me"),
    path("me/rights/", me.RightsView.as_view(), name="my_rights"),
    path("i18n/setlang/", me.set_language, name="language"),
    path("accounts/email/", RedirectView.as_view(pattern_name="accounts:me"), name="email"),
    path("accounts/invitation/", invitation.InvitationView.as_view(), name="invitation"),
    path("accounts/invitation/<str:token>/", invitation.LinkView.as_view(), name="invitation_link"),
    path("staff/", staff.TenantsView.as_view(), name="staff"),
    path("staff/outbox/", staff.OutboxView.as_view(), name="outbox"),
    path("staff/outbox/<str:key>/", staff.MailView.as_view(), name="mail"),
    path("t/<slug:slug>/people/", people.PeopleView.as_view(), name="people"),
    path("t/<slug:slug>/people/invite/", people.InviteView.as_view(), name="invite"),
    path("t/<slug:slug>/people/invitations/", invited.InvitationsView.as_view(), name="invitations"),
    path(
        "t/<slug:slug>/people/invitations/<int:pk>/revoke/",
        invited.RevokeView.as_view(),
        name="invitation_revoke",
    ),
    path(
        "t/<slug:slug>/people/invitations/<int:pk>/resend/",
        invited.ResendView.as_view(),
        name="invitation_resend",
    ),
    path("t/<slug:slug>/people/<int:pk>/", people.MemberView.as_view(), name="member"),
    path("t/<slug:slug>/people/<int:pk>/remove/", people.RemoveView.as_view(), name="member_remove"),
    path("t/<slug:slug>/staff-power/", staff.PowerView.as_view(), name="staff_power"),
    path("t/<slug:slug>/audit/", audit.AuditView.as_view(), name="audit"),
    path("t/<slug:slug>/settings/", settings.SettingsView.as_view(), name="settings"),
    path("t/<slug:slug>/settings/close/", settings.CloseView.as_view(), name="close"),
]
