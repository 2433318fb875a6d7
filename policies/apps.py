from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = "Policy cases"

    def ready(self):
        from accounts.personal_data import register

        from . import personal_data

        register("policies", export=personal_data.export, warnings=personal_data.warnings, forget=personal_data.forget)
