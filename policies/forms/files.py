from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from policies import uploads
from policies.models import Document, Picture, Revision, WebLink

from .base import RowForm, StepForm, rows_of
from .fields import WebAddressField


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """Several files at once; cleaned to a list of what `check` makes of each."""

    widget = ManyFilesInput

    def __init__(self, *, check, accept, **kwargs):
        self.check = check
        super().__init__(**kwargs)
        self.widget.attrs |= {"accept": accept}

    def clean(self, data, initial=None):
        files = [file for file in data or [] if file] if isinstance(data, (list, tuple)) else [data] if data else []
        checked, errors = [], []
        for file in files:
            try:
                checked.append((file, self.check(file)))
            except ValidationError as error:
                errors.extend(error.messages)
        if errors:
            raise ValidationError([*errors, "Nothing was uploaded. Choose the files again."])
        return checked


class StoredForm(forms.ModelForm):
    """What is said about a file that is there already. One that the page didn't show yet is left alone."""

    DELETE = forms.BooleanField(label="Remove", required=False)
    optional_mark = False

    def __init__(self, data=None, *, instance):
        prefix = f"{instance._meta.model_name}-{instance.pk}"
        known = data is not None and f"{prefix}-{self._meta.fields[0]}" in data
        super().__init__(data if known else None, instance=instance, prefix=prefix)

    @property
    def is_ok(self):
        return not self.is_bound or self.is_valid()

    @property
    def removes(self):
        return self.is_bound and self.cleaned_data.get("DELETE", False)

    def differs(self):
        return self.is_bound and self.has_changed()


class DocumentForm(StoredForm):
    class Meta:
        model = Document
        fields = ["title"]
        labels = {"title": "What it is"}
        help_texts = {"title": "For example: evaluation report 2023. Without it, the file name is shown."}


class PictureForm(StoredForm):
    class Meta:
        model = Picture
        fields = ["alt", "credit", "consent"]
        labels = {"credit": "Who took the picture", "consent": "The people shown agree, and we may publish it"}


class LinkRow(RowForm):
    url = WebAddressField(label="Address", required=True)

    class Meta:
        model = WebLink
        fields = ["label", "url"]
        labels = {"label": "What it is"}


class FilesForm(StepForm):
    slug = "files"
    intro = "Reports, plans, tables and photographs that help other cities. Nothing here is needed to submit."
    row_sets = {"links": rows_of(LinkRow, most=10)}
    row_help = {"links": "Pages elsewhere that tell more."}

    documents = ManyFilesField(
        check=uploads.check_document,
        accept=".pdf,.docx,.pptx,.xlsx,.odt,.csv",
        label="Add documents",
        help_text=f"PDF, DOCX, PPTX, XLSX, ODT or CSV; up to 20 MB each, {uploads.MOST_DOCUMENTS} at most. "
        "You can choose several.",
    )
    pictures = ManyFilesField(
        check=uploads.prepare_picture,
        accept="image/jpeg,image/png,image/webp",
        label="Add pictures",
        help_text=f"JPEG, PNG or WebP; up to 20 MB each, {uploads.MOST_PICTURES} at most. Place and camera data are removed. "
        "After saving you are asked what each shows, and whether it may be published.",
    )

    class Meta:
        model = Revision
        fields = []

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.fields["documents"].label = "Add documents"
        self.fields["pictures"].label = "Add pictures"
        self.stored = {
            "documents": [DocumentForm(data, instance=row) for row in self.revision.documents.all()],
            "pictures": [PictureForm(data, instance=row) for row in self.revision.pictures.all()],
        }

    @property
    def all_stored(self):
        return [*self.stored["documents"], *self.stored["pictures"]]

    @property
    def blocks(self):
        blocks = super().blocks
        return [block | {"stored": self.stored.get(block["name"])} for block in blocks]

    @classmethod
    def is_begun(cls, revision):
        return super().is_begun(revision) or any([*revision.documents.all(), *revision.pictures.all()])

    def is_valid(self):
        return all([super().is_valid(), *(form.is_ok for form in self.all_stored)])

    def clean(self):
        data = super().clean()
        for name, most in {"documents": uploads.MOST_DOCUMENTS, "pictures": uploads.MOST_PICTURES}.items():
            kept = [form for form in self.stored[name] if not (form.is_bound and form.is_valid() and form.removes)]
            if len(kept) + len(data.get(name) or []) > most:
                self.add_error(name, f"A case has {most} {name} at most. Remove some first.")
        return data

    def changes(self):
        return {}

    def differs(self):
        added = self.cleaned_data["documents"] or self.cleaned_data["pictures"]
        return bool(added) or super().differs() or any(map(StoredForm.differs, self.all_stored))

    def save(self, *, by, now):
        """As everywhere; and a file whose row could not be stored does not stay. May raise OSError (disk full)."""
        with uploads.no_orphans() as self.written:
            super().save(by=by, now=now)

    def save_rest(self, *, by, now):
        for form in filter(StoredForm.differs, self.all_stored):
            if form.removes:
                row = type(form.instance).objects.get(pk=form.instance.pk)
                type(row).objects.filter(pk=row.pk).delete()
                transaction.on_commit(lambda row=row: uploads.forget(row))
            else:
                type(form.instance).objects.filter(pk=form.instance.pk).update(
                    **{name: form.cleaned_data[name] for name in form._meta.fields}
                )
        last = max([0, *(form.instance.position for form in self.all_stored)])
        for position, (upload, found) in enumerate(self.cleaned_data["documents"], last + 1):
            uploads.store_document(self.revision, upload, found, position=position, stored=self.written)
        for position, (_upload, file) in enumerate(self.cleaned_data["pictures"], last + 1):
            uploads.store_picture(self.revision, file, position=position, stored=self.written)

    def comparison(self):
        parts = super().comparison()
        for form in filter(StoredForm.differs, self.all_stored):
            name = form._meta.fields[0]
            parts.append((str(form.instance), str(form[name].initial or ""), str(form[name].value() or "")))
        return parts
