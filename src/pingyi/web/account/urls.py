"""Accounts beyond sign-in: users, first sign-in, and the audit administrator's pages."""

from django.urls import path

from pingyi.web.account import audit, looks, mine, prying, retention, users, welcome

app_name = "account"

urlpatterns = [
    path("welcome/<str:token>/", welcome.welcome, name="first"),
    path("account/", mine.mine, name="mine"),
    path("users/", users.users, name="users"),
    path("users/<int:pk>/", users.user, name="user"),
    path("users/<int:pk>/appoint/", users.appoint, name="appoint"),
    path("users/<int:pk>/dismiss/<int:appointment>/", users.dismiss, name="dismiss"),
    path("users/<int:pk>/link/", users.link, name="link"),
    path("users/<int:pk>/unlock/", users.unlock, name="unlock"),
    path("users/<int:pk>/reset-factor/", users.reset_factor, name="reset-factor"),
    path("users/<int:pk>/deactivate/", users.deactivate, name="deactivate"),
    path("users/<int:pk>/reactivate/", users.reactivate, name="reactivate"),
    path("audit/", audit.events, name="audit"),
    path("audit/reads/", audit.reads, name="reads"),
    path("audit/readers/", looks.readers, name="readers"),
    path("audit/raters/", looks.raters, name="raters"),
    path("audit/prying/", prying.marks, name="prying"),
    path("audit/prying/<int:pk>/", prying.mark, name="prying-mark"),
    path("audit/retention/", retention.rules, name="retention"),
    path("audit/chain/", audit.chain, name="chain"),
]
