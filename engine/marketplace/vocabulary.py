"""The channels and their attributes as words that rules may use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.diagnostics.diagnostic import Diagnostic
from engine.language.vocabulary import Attribute as Word
from engine.language.vocabulary import Function, Vocabulary
from engine.marketplace.attributes import Attribute, OfferSchema
from engine.marketplace.channel import SalesChannel, load_channels
from engine.marketplace.schema import load_offer_schema
from engine.resources import bundled_root

CHANNELS = "octopia/channels"


def channels_beside(schema: Path) -> dict[str, SalesChannel]:
    """The channels: those that stand beside `schema`, else those that ship with Feedwright.

    Raises:
        ProjectError: a channel's file cannot be used.
    """
    own = schema.parent / CHANNELS
    return load_channels(own if own.is_dir() else bundled_root() / "schemas" / CHANNELS)


def load_vocabulary(
    path: Path,
    shown: str,
    functions: Mapping[str, Function],
) -> tuple[Vocabulary | None, list[Diagnostic]]:
    """What the offer schema at `path` lets rules write; without it, the diagnostics say why."""
    channels = channels_beside(path)
    schema, faults = load_offer_schema(path, shown, channels)
    return (vocabulary_of(schema, channels, functions) if schema else None), faults


def vocabulary_of(
    schema: OfferSchema,
    channels: Mapping[str, SalesChannel],
    functions: Mapping[str, Function],
) -> Vocabulary:
    """The words of a schema and its channels, with `functions`."""
    words = {name: word_of(attribute) for name, attribute in schema.attributes.items()}
    return Vocabulary(functions, words, frozenset(channels), schema.path)


def word_of(attribute: Attribute) -> Word:
    """An attribute as rules see it."""
    return Word(
        name=attribute.name,
        kind=attribute.kind,
        required_on=attribute.required_on,
        listed=attribute.listed,
        group=attribute.group,
        scale=attribute.scale,
        minimum=attribute.minimum,
        maximum=attribute.maximum,
        exclusive_minimum=attribute.exclusive_minimum,
        exclusive_maximum=attribute.exclusive_maximum,
        max_length=attribute.max_length,
        text_pattern=attribute.pattern,
        clearable=attribute.clear is not None,
        tax_included=attribute.tax_included,
        help=attribute.help,
        place=attribute.place,
    )
