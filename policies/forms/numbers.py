from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import formset_factory

from policies.models import Evidence, FundingShare, FundingSource, Outcome, Revision

from .base import SPARE, RowForm, RowFormSet, StepForm
from .fields import NumberField, WholeNumberField, YearField
from .goals import ChoicesFormSet, ChoicesRow, target_choices

MOST_MONEY = 10**15


class OutcomeRow(ChoicesRow):
    target_id = forms.ChoiceField(label="Target it shows", required=False)
    baseline_value = NumberField(label="Value before", required=False, max_digits=16, decimal_places=4)
    baseline_year = YearField(label="Year before")
    latest_value = NumberField(label="Latest value", required=False, max_digits=16, decimal_places=4)
    latest_year = YearField(label="Latest year")

    class Meta:
        model = Outcome
        fields = ["measured", "unit", "baseline_value", "baseline_year", "latest_value", "latest_year", "evidence"]
        labels = {"measured": "What was measured", "unit": "Unit", "evidence": "How it is known"}
        help_texts = {"measured": "For example: passengers on a working day.", "unit": "For example: people, %, tonnes a year."}

    field_order = [
        "measured", "unit", "baseline_value", "baseline_year", "latest_value", "latest_year", "target_id", "evidence",
    ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].choices = Evidence.choices
        for name in ("measured", "unit", "evidence"):
            self.fields[name].required = False

    @staticmethod
    def read_choices():
        return {"target_id": target_choices()}

    @classmethod
    def initial_of(cls, row):
        return {**super().initial_of(row), "target_id": row.target_id or ""}

    def has_changed(self):
        """A row that says nothing but how it is known is blank."""
        return bool(set(self.changed_data) - {"evidence"})

    def clean_evidence(self):
        return self.cleaned_data["evidence"] or Evidence.CLAIMED

    def clean_target_id(self):
        return self.cleaned_data["target_id"] or None

    def clean(self):
        data = super().clean()
        for name, words in {
            "measured": "Say what was measured, or delete the row.",
            "unit": "Give the unit of the numbers.",
            "latest_value": "Give the latest value as a number.",
            "latest_year": "Give the year of the latest value.",
        }.items():
            if name not in self.errors and data.get(name) in (None, "") and self.has_changed():
                self.add_error(name, words)
        value, year, latest = data.get("baseline_value"), data.get("baseline_year"), data.get("latest_year")
        if year is None and value is not None and "baseline_year" not in self.errors:
            self.add_error("baseline_year", "Give the year of the value before.")
        if value is None and year is not None and "baseline_value" not in self.errors:
            self.add_error("baseline_value", "Give the value of that year, or remove the year.")
        if year and latest and year > latest:
            self.add_error("baseline_year", f"The year before is later than the latest year, {latest}.")
        return data


class OutcomesForm(StepForm):
    slug = "outcomes"
    intro = (
        "Results as numbers, so that cities can compare. Give one row for each thing you measured. "
        "If nobody measured anything yet, leave this empty and describe the evaluation in words."
    )
    row_sets = {
        "outcomes": formset_factory(
            OutcomeRow, formset=ChoicesFormSet, extra=0, max_num=15, absolute_max=15 + SPARE, can_delete=True
        )
    }

    class Meta:
        model = Revision
        fields = []


class FundingRow(RowForm):
    share = WholeNumberField(label="Share in %", min_value=1, max_value=100, required=False)

    class Meta:
        model = FundingShare
        fields = ["source", "share"]
        labels = {"source": "Source"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "Choose"), *FundingSource.choices]
        self.fields["source"].required = False

    def clean(self):
        data = super().clean()
        if self.has_changed():
            if not data.get("source") and "source" not in self.errors:
                self.add_error("source", "Choose where this share comes from, or delete the row.")
            if data.get("share") is None and "share" not in self.errors:
                self.add_error("share", "Give the share as a whole number of per cent.")
        return data


class FundingRows(RowFormSet):
    def clean(self):
        if any(self.errors):
            return
        sources = [values["source"] for values in self.values()]
        if len(set(sources)) < len(sources):
            raise ValidationError("The same source stands in two rows. Add its shares together.")
        if (total := sum(values["share"] for values in self.values())) > 100:
            raise ValidationError(f"The shares add up to {total} %. Correct them so that they are not more than 100 %.")


class CostForm(StepForm):
    slug = "cost"
    intro = "What it cost and who paid. A rough number helps more than none: readers see only a band when they filter."
    row_sets = {
        "funding": formset_factory(
            FundingRow,
            formset=FundingRows,
            extra=0,
            max_num=len(FundingSource),
            absolute_max=len(FundingSource) + SPARE,
            can_delete=True,
        )
    }
    row_help = {"funding": "Shares of the total cost. They need not add up to 100 %."}

    total_usd = WholeNumberField(min_value=0, max_value=MOST_MONEY, help_text="In whole dollars, for example 1,200,000.")
    running_usd = WholeNumberField(min_value=0, max_value=MOST_MONEY)
    local_amount = NumberField(
        min_value=0, max_digits=18, decimal_places=2, help_text="If you know it, together with the currency and the year."
    )
    local_year = YearField()

    class Meta:
        model = Revision
        fields = ["total_usd", "local_amount", "local_currency", "local_year", "running_usd"]
        help_texts = {"local_currency": "Three letters, for example KRW."}
        widgets = {"local_currency": forms.TextInput(attrs={"size": 5, "autocapitalize": "characters"})}

    def clean_local_currency(self):
        currency = self.cleaned_data["local_currency"].upper()
        if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise ValidationError("Give the three letters of the currency, for example KRW.")
        return currency

    def clean(self):
        data = super().clean()
        together = {
            "local_amount": "Give the amount too, or empty the currency and the year.",
            "local_currency": "Give the currency of the amount.",
            "local_year": "Give the year of the amount.",
        }
        given = [name for name in together if data.get(name) not in (None, "")]
        if given:
            for name in together.keys() - set(given) - set(self.errors):
                self.add_error(name, together[name])
        return data
