"""XML packages as files: a ZIP of three parts, put where the marketplace can fetch it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from typing import IO
from urllib.parse import quote

from engine.offers.xml_package import write_package
from engine.outbox.offers import OfferLine
from engine.outbox.places import Place, put

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="text/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
RELATIONSHIPS = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Type="http://cdiscount.com/uri/document" Target="/Content/offers.xml" '
    'Id="offers"/></Relationships>'
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same offers are the same bytes

Publish = Callable[[str, Sequence[OfferLine]], str]


def publisher(place: Place, channel: str | None) -> Publish:
    """What puts a package's file into `place` and says its public address.

    Args:
        place: where files stand, and where the marketplace reaches them.
        channel: the sales channel to publish on, None for Cdiscount.
    """

    def publish(name: str, offers: Sequence[OfferLine]) -> str:
        file = f"{name}.zip"
        put(place, file, lambda to: write_zip(to, name, offers, channel))
        return f"{place.url.rstrip('/')}/{quote(file)}"

    return publish


def write_zip(
    to: IO[bytes], name: str, offers: Sequence[OfferLine], channel: str | None = None
) -> None:
    """Write the ZIP of a package."""
    elements = (offer.xml or "" for offer in offers)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, text in (
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", RELATIONSHIPS),
        ):
            archive.writestr(_entry(place), text)
        with archive.open(_entry("Content/offers.xml"), "w", force_zip64=True) as file:
            for piece in write_package(name, elements, len(offers), sales_channel_id=channel):
                file.write(piece)


def _entry(place: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(place, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
