from django.conf import settings
from django.contrib import admin

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Secretariat"
admin.site.enable_nav_sidebar = False  # tables and reviews need the width; the breadcrumbs lead back
