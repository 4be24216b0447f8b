from django.urls import path

from pingyi.web.observatory import boards, city, simulation, units

urlpatterns: list = [
    path("scoreboard/", boards.scoreboard, name="scoreboard"),
    path("scoreboard/<str:season>/<str:code>/", units.unit, name="unit"),
    path("simulation/", simulation.simulate, name="simulation"),
    path("city/", city.city, name="city"),
]
