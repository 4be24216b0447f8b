from django.urls import path

from pingyi.web.components import home, styleguide

urlpatterns = [
    path("desk/", home.desk, name="desk"),
    path("case/<str:number>/", home.case, name="case"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
