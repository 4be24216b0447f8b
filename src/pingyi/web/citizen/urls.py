"""Citizens' addresses. No level, word or number ever stands in one."""

from django.urls import path

from pingyi.web.citizen import home, kept, rating, receipt

urlpatterns = [
    path("", home.home, name="home"),
    path("r/<str:code>", rating.rate, name="rate"),
    path("t/", receipt.find, name="find-receipt"),
    path("t/<str:text>", receipt.receipt, name="receipt"),
    path("t/<str:text>/code", receipt.code, name="receipt-code"),
    path("t/<str:text>/mine", kept.mine, name="receipt-mine"),
    path("t/<str:text>/story", receipt.story, name="receipt-story"),
]
