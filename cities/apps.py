from django.apps import AppConfig


class CitiesConfig(AppConfig):
    name = "cities"
    verbose_name = "Cities and the network"

    def ready(self):
        from accounts.personal_data import register

        from . import personal_data

        register("cities", export=personal_data.export, warnings=personal_data.warnings, forget=personal_data.forget)
