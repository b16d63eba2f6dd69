"""XML packages as files: a ZIP of three parts, put where the marketplace can fetch it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

from engine.errors import ProjectError
from engine.offers.xml_package import write_package
from engine.outbox.offers import OfferLine

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


def publisher(root: Path, folder: str, address: str, channel: str | None) -> Publish:
    """What puts a package's file into `folder` and says its public address.

    Args:
        root: the project's folder: a relative `folder` stands in it.
        folder: a folder, or an address that fsspec knows, such as `s3://bucket/offers`.
        address: where the marketplace reaches the folder, `https://...`.
        channel: the sales channel to publish on, None for Cdiscount.

    Raises:
        ProjectError: the address is no https one.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.username:
        raise ProjectError(f"feedwright.yaml: sending.xml.url: `{address}` is no https address")
    place = folder if "://" in folder else str(root / folder)

    def publish(name: str, offers: Sequence[OfferLine]) -> str:
        import fsspec  # noqa: PLC0415 - only those who send XML need it

        file = f"{name}.zip"
        try:
            with fsspec.open(f"{place.rstrip('/')}/{file}", "wb", auto_mkdir=True) as to:
                write_zip(to, name, offers, channel)
        except (OSError, ValueError, ImportError) as fault:
            raise ProjectError(f"{place}/{file}: cannot be written: {fault}") from None
        return f"{address.rstrip('/')}/{quote(file)}"

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
