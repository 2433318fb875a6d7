from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self):
        from . import personal_data

        personal_data.register("account", export=personal_data.export_account)
