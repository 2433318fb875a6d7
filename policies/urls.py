from django.urls import path

from .views import places, reading

urlpatterns = [
    path("goals/", places.goal_list, name="goal_list"),
    path("goals/<int:number>/", places.goal, name="goal"),
    path("goals/<int:number>/<str:code>/", places.target, name="target"),
    path("cities/<slug:slug>/", places.city, name="city"),
    path("policies/", reading.case_list, name="case_list"),
    path("policies/<slug:slug>/", reading.case, name="case"),
    path("policies/<slug:slug>/v/<int:number>/", reading.edition, name="edition"),
    path("policies/<slug:slug>/versions/", reading.case_versions, name="case_versions"),
]
