from . import cases, moderation

__all__ = ["cases", "moderation"]
