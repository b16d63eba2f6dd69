"""The seam as its users know it; it stands in `transport`, where every connector has it from."""

from engine.transport.outcome import (
    Answer,
    Call,
    Lost,
    LostKind,
    MessageClass,
    NotSent,
    NotSentReason,
    Outcome,
    Reading,
    Sender,
)

__all__ = [
    "Answer",
    "Call",
    "Lost",
    "LostKind",
    "MessageClass",
    "NotSent",
    "NotSentReason",
    "Outcome",
    "Reading",
    "Sender",
]
