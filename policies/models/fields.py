from django import forms
from django.contrib.postgres.fields import ArrayField
from django.utils.html import linebreaks
from django_prose_editor.fields import ProseEditorField, create_sanitizer

# What a section of the story may contain; the editor's buttons and the server's allow-list both come from it.
PROSE = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
}
_sanitize = create_sanitizer(PROSE)


def clean_prose(text):
    """Safe HTML of what was typed: HTML is reduced to the schema, plain text gets paragraphs at its empty lines."""
    if text and "<" not in text:
        text = linebreaks(text.strip(), autoescape=False)
    return _sanitize(text)


class StoryField(ProseEditorField):
    """Rich text of one section, in the schema PROSE, sanitised on the way in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, extensions=PROSE, sanitize=clean_prose, **{"blank": True, "default": "", **kwargs})

    def formfield(self, **kwargs):
        return super().formfield(**{"sanitize": clean_prose, **kwargs})


class ChoiceArrayField(ArrayField):
    """An array of choices, entered by ticking boxes."""

    def formfield(self, **kwargs):
        return super(ArrayField, self).formfield(
            **{
                "form_class": forms.TypedMultipleChoiceField,
                "choices": self.base_field.choices,
                "coerce": self.base_field.to_python,
                "widget": forms.CheckboxSelectMultiple,
                **kwargs,
            }
        )
