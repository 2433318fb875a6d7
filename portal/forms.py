from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Every form of the site is drawn by our field template."""

    field_template_name = "components/field.html"
