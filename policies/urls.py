from django.urls import path, register_converter

from .views import files, places, reading, sharing, work


class TargetCode:
    """The code of a target: 11.2 or 11.a."""

    regex = r"\d{1,2}\.(?:\d{1,2}|[a-d])"
    to_python = to_url = str


register_converter(TargetCode, "target_code")

urlpatterns = [
    path("goals/", places.goal_list, name="goal_list"),
    path("goals/<int:number>/", places.goal, name="goal"),
    path("goals/<int:number>/<target_code:code>/", places.target, name="target"),
    path("cities/<slug:slug>/", places.city, name="city"),
    # Before the addresses of cases, which would take "new" for one.
    path("policies/new/", sharing.share_case, name="share_case"),
    path("policies/drafts/<int:pk>/", sharing.case_tasks, name="case_tasks"),
    path("policies/drafts/<int:pk>/preview/", sharing.preview, name="preview"),
    path("policies/drafts/<int:pk>/submit/", sharing.submit_case, name="submit_case"),
    path("policies/drafts/<int:pk>/recall/", sharing.recall_case, name="recall_case"),
    path("policies/drafts/<int:pk>/withdraw/", sharing.withdraw_draft, name="withdraw_draft"),
    path("policies/drafts/<int:pk>/<slug:step>/", sharing.edit_step, name="edit_step"),
    path("policies/<slug:slug>/revise/", sharing.revise_case, name="revise_case"),
    path("policies/<slug:slug>/withdraw/", sharing.withdraw_case, name="withdraw_case"),
    path("my/work/", work.my_work, name="my_work"),
    path("files/documents/<int:pk>/", files.document, name="document"),
    path("files/<path:name>", files.picture_file, name="picture_file"),
    path("policies/", reading.case_list, name="case_list"),
    path("policies/<slug:slug>/", reading.case, name="case"),
    path("policies/<slug:slug>/card.png", reading.case_card_picture, name="case_card_picture"),
    path("policies/<slug:slug>/v/<int:number>/", reading.edition, name="edition"),
    path("policies/<slug:slug>/versions/", reading.case_versions, name="case_versions"),
]
