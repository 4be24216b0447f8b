from django.urls import path

from pingyi.web.results import card, pages

urlpatterns: list = [
    path("", pages.home, name="home"),
    path("city/", card.city, name="city"),
    path("files/<int:pk>/list.<slug:suffix>", pages.file, name="file"),
    path("<str:season>/", pages.season, name="season"),
    path("<str:season>/<str:group>/", pages.group, name="group"),
    path("<str:season>/units/<str:code>/", card.unit, name="unit"),
]
