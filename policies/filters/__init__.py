from .cases import CaseFilter

__all__ = ["CaseFilter"]
