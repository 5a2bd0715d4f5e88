from django.urls import path

from telephony.views import alert_rules, alerts, staff_alert_rules, staff_alerts

_SHARED = "staff/alerts/rules/"
_ALL = "t/<slug:slug>/alerts/"
_ONE = "t/<slug:slug>/alerts/<int:pk>/"
_RULES = "t/<slug:slug>/alerts/rules/"
_RULE = "t/<slug:slug>/alerts/rules/<int:pk>/"

urlpatterns = [
    path("staff/alerts/", staff_alerts.StaffAlertsView.as_view(), name="staff_alerts"),
    path(f"{_SHARED}new/<slug:kind>/", staff_alert_rules.SharedRuleNewView.as_view(), name="staff_rule_new"),
    path(f"{_SHARED}<int:pk>/", staff_alert_rules.SharedRuleEditView.as_view(), name="staff_rule"),
    path(
        f"{_SHARED}<int:pk>/delete/",
        staff_alert_rules.SharedRuleDeleteView.as_view(),
        name="staff_rule_delete",
    ),
    path(_ALL, alerts.AlertListView.as_view(), name="alert_list"),
    path(_RULES, alert_rules.AlertRuleListView.as_view(), name="alert_rules"),
    path(f"{_RULES}new/<slug:kind>/", alert_rules.AlertRuleFormView.as_view(), name="alert_rule_new"),
    path(_RULE, alert_rules.AlertRuleEditView.as_view(), name="alert_rule_edit"),
    path(f"{_RULE}do/<slug:act>/", alert_rules.AlertRuleActView.as_view(), name="alert_rule_act"),
    path(_ONE, alerts.AlertView.as_view(), name="alert_detail"),
    path(f"{_ONE}do/<slug:act>/", alerts.AlertActView.as_view(), name="alert_act"),
]
