from django.apps import apps
from django.conf import settings
from django.contrib import admin

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.enable_nav_sidebar = False  # tables and reviews need the width; the breadcrumbs lead back
admin.site.index_title = "Today"

# Libraries are headings of the list of everything; a reader knows what is in them, not who made them.
apps.get_app_config("auth").verbose_name = "Groups of staff"
apps.get_app_config("taggit").verbose_name = "Tags of policy cases"
