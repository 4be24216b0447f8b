from django.urls import path

from pingyi.web.office import improvements, rectification

urlpatterns: list = [
    path("rectification/", rectification.lists, name="rectification"),
    path("rectification/new/", rectification.new, name="rectification-new"),
    path("rectification/<int:pk>/", rectification.one, name="rectification-list"),
    path("rectification/<int:pk>/add/", rectification.add, name="rectification-add"),
    path("rectification/<int:pk>/meeting/", rectification.meet, name="rectification-meet"),
    path("rectification/items/<int:pk>/", rectification.item, name="rectification-item"),
    path("rectification/items/<int:pk>/accept/", rectification.accept, name="rectification-accept"),
    path("rectification/items/<int:pk>/back/", rectification.send_back, name="rectification-back"),
    path(
        "rectification/items/<int:pk>/time/<str:key>/",
        rectification.time,
        name="rectification-time",
    ),
    path(
        "rectification/items/<int:pk>/files/<int:row>/",
        rectification.file,
        name="rectification-file",
    ),
    path("improvements/", improvements.improvements, name="improvements"),
    path("improvements/new/", improvements.new, name="improvement-new"),
    path("improvements/<int:pk>/", improvements.improvement, name="improvement"),
    path("improvements/<int:pk>/strike/", improvements.strike, name="improvement-strike"),
    path("improvements/<int:pk>/document/", improvements.document, name="improvement-document"),
]
