"""All addresses, by audience."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("pingyi.gateway.urls")),
    path("", include("pingyi.web.citizen.urls")),
    path("", include("pingyi.web.components.urls")),
    path("accounts/", include("pingyi.web.account.library_urls")),
    path("", include("pingyi.web.account.urls")),
    path("results/", include(("pingyi.web.results.urls", "results"))),
    path("unit/", include(("pingyi.web.unit.urls", "unit"))),
    path("office/", include(("pingyi.web.office.urls", "office"))),
    path("inspectors/", include(("pingyi.web.inspectors.urls", "inspectors"))),
    path("", include(("pingyi.web.observatory.urls", "observatory"))),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
