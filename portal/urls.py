from django.urls import path

from .views import front, health

urlpatterns = [
    path("", front.home, name="home"),
    path("about/", front.about, name="about"),
    path("healthz", health.healthz, name="healthz"),
]
