from django.urls import path

from .views import front

urlpatterns = [
    path("", front.home, name="home"),
    path("about/", front.about, name="about"),
]
