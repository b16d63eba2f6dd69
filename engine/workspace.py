"""The files of a project, as the checker asks for them: rules, schemas, tables, vocabulary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.diagnostics.decoding import decoded
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.errors import ProjectError
from engine.feeds.csv_table import CsvTable, read_csv_table
from engine.feeds.source_schema import load_source_schema
from engine.functions import library
from engine.language.vocabulary import Vocabulary
from engine.marketplace.attributes import OfferSchema
from engine.marketplace.channel import SalesChannel
from engine.marketplace.schema import load_offer_schema
from engine.marketplace.vocabulary import channels_beside, load_vocabulary
from engine.project import Project, read_source
from engine.values.field import SourceSchema


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project on disk, in the shape of `language.files.ProjectFiles`."""

    project: Project

    def rules(self, path: str, beside: str) -> Source | None:
        """The rule file `path`, or None where there is none."""
        found = self.project.find(path, beside)
        return read_source(found, self.project.shown(found)) if found else None

    def source_schema(
        self,
        path: str,
        beside: str,
    ) -> tuple[SourceSchema | None, list[Diagnostic]] | None:
        """The source schema `path`, or None where there is no such file."""
        found = self.project.find(path, beside)
        return load_source_schema(found, self.project.shown(found)) if found else None

    def vocabulary(
        self, path: str, beside: str
    ) -> tuple[Vocabulary | None, list[Diagnostic]] | None:
        """What the offer schema `path` lets rules write, with the functions of the library."""
        found = self.project.find(path, beside)
        return load_vocabulary(found, self.project.shown(found), library()) if found else None

    def offer_schema(self) -> tuple[OfferSchema, Mapping[str, SalesChannel]]:
        """The attributes of offers with their wire names, and the channels they are sold on.

        Raises:
            ProjectError: there is no usable schema.
        """
        path = self.project.find("schemas/offer.schema.json")
        if path is None:
            raise ProjectError("schemas/offer.schema.json: missing; install Feedwright again")
        channels = channels_beside(path)
        schema, faults = load_offer_schema(path, self.project.shown(path), channels)
        if schema is None:
            raise ProjectError(faults[0].says)
        return schema, channels

    def text_table(self, path: str, beside: str) -> tuple[CsvTable | None, list[Diagnostic]] | None:
        """The look-up table `path`, or None where there is no such file."""
        found = self.project.find(path, beside)
        return read_csv_table(found, self.project.shown(found)) if found else None

    def fixture_text(self, path: str, beside: str) -> Source | None:
        """The text of the fixture `path`, or None where there is none."""
        found = self.project.find(path, beside)
        shown = self.project.shown(found) if found else ""
        return Source(shown, decoded(found.read_bytes(), shown)[0]) if found else None

    def shown_text(self, name: str) -> Source | None:
        """The text of the file that messages call `name`, or None where it cannot be read."""
        found = self.project.find(name)
        try:
            return Source(name, decoded(found.read_bytes(), name)[0]) if found else None
        except OSError:
            return None

    def fixture(self, path: str, beside: str) -> dict[str, Any]:
        """The product of a fixture, by field name, numbers exact.

        Raises:
            ProjectError: there is no such file, or it holds no JSON object.
        """
        found = self.project.find(path, beside)
        if found is None:
            raise ProjectError(
                f"{path}: no such fixture; it is looked for beside {beside} and in the project"
            )
        source = read_source(found, self.project.shown(found))
        try:
            read = json.loads(source.text, parse_float=Decimal)
        except (ValueError, RecursionError) as fault:
            raise ProjectError(f"{source.name}: not JSON: {fault}") from None
        if not isinstance(read, dict):
            raise ProjectError(f"{source.name}: expected one product, as an object by field names")
        return read
