"""What a project holds: its folder, its settings (`feedwright.yaml`), and where named files stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.diagnostics.place import Source
from engine.errors import ProjectError
from engine.resources import bundled_name, bundled_path, bundled_root, is_file
from engine.values.placed import Placed, but, wrong

SETTINGS_NAMES = ("feedwright.yaml", ".feedwright.yaml")
USUAL_RULES = ("rules/offers.rules", "rules/orders.rules")
SETTINGS = ("rules", "feeds", "channels", "offers", "orders", "sellers", "sending", "schedule")
CONNECTORS = ("octopia", "lengow")
YES_NO_WORDS = {"yes": True, "true": True, "no": False, "false": False}
PACKAGE_MODES = ("auto", "json", "xml")


class ChannelSettings(Struct, frozen=True):
    """What a seller has set up on a channel.

    `delivery_modes`: the modes activated in the seller's account, or None where not said.
    """

    delivery_modes: tuple[str, ...] | None = None


class OrderSettings(Struct, frozen=True):
    """What a merchant has set up for orders.

    Attributes:
        connector: through whom requests go, where an order does not say it; None: whoever serves
            the channel, Octopia first.
        free_carriers: whether carriers that a channel does not list may be sent all the same, where
            the rules take any text.
        spellings: by connector, names on the wire where the facts leave a doubt.
    """

    connector: str | None = None
    free_carriers: bool = False
    spellings: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """A merchant's project. `feeds` keeps each feed's settings as text, by the feed's name.

    `sellers`, `sending` and `schedule` are kept as text too: `outbox` reads them when it sends.
    """

    root: Path
    rules: tuple[str, ...] = ("rules/offers.rules",)
    feeds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    package: str = "auto"
    sellers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sending: Mapping[str, Any] = field(default_factory=dict)
    schedule: Mapping[str, Any] = field(default_factory=dict)
    orders: OrderSettings = field(default_factory=OrderSettings)

    def find(self, path: str, beside: str = "") -> Path | None:
        """Where `path` stands: beside the file that names it, in the project, or bundled."""
        wanted = Path(path)
        if wanted.is_absolute():
            return wanted if is_file(wanted) else None
        places = [self.root / wanted]
        if beside:
            places.insert(0, (self.root / beside).parent / wanted)
        for place in places:
            if is_file(place):
                return place
        return bundled_path(path)

    def shown(self, path: Path) -> str:
        """`path` as messages show it: as the project, or what ships with Feedwright, calls it."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return bundled_name(path) or path.as_posix()

    def feed_settings(self, feed: str) -> tuple[str | None, Mapping[str, Any]]:
        """The name and settings of `feed`: a name under `feeds`, or a file that one of them names."""
        if feed in self.feeds:
            return feed, self.feeds[feed]
        wanted = Path(feed)
        for name, settings in self.feeds.items():
            path = settings.get("path")
            same = {wanted.resolve(), Path(self.feed_file(feed)).resolve()}
            if isinstance(path, str) and (self.root / path).resolve() in same:
                return name, settings
        unnamed = [(n, s) for n, s in self.feeds.items() if "path" not in s]
        return unnamed[0] if len(unnamed) == 1 else (None, {})

    def feed_file(self, feed: str) -> str:
        """The file that `feed` means: itself, or what stands under that name in the project."""
        inside = self.root / feed
        return str(inside) if not is_file(Path(feed)) and is_file(inside) else feed


def has_project(root: Path) -> bool:
    """Whether `root` is a project's folder: it holds settings, or rules at their usual place."""
    return any((root / name).is_file() for name in (*SETTINGS_NAMES, *USUAL_RULES))


def sample_project() -> Project:
    """The project that ships with Feedwright, to try things without one of your own."""
    return load_project(bundled_root())


def find_root(start: Path) -> Path:
    """The nearest folder from `start` upwards that holds settings, else `start` itself."""
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in SETTINGS_NAMES):
            return folder
    return start


def load_project(root: Path) -> Project:
    """Read the settings of the project in `root`; without a settings file, the defaults.

    Raises:
        ProjectError: the settings cannot be read, or say something unknown.
    """
    path = next((root / n for n in SETTINGS_NAMES if (root / n).is_file()), None)
    if path is None:
        if not root.is_dir():
            raise ProjectError(f"{root}: no such folder; name a project's folder with --project")
        return Project(root, rules=_usual_rules(root))
    return _project(root, _read_yaml(path))


def _read_yaml(path: Path) -> Placed:
    """The settings as texts: YAML 1.1 would read `22:30` as 1350 and `no` as false."""
    import yaml  # noqa: PLC0415 - only a project with settings needs it

    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        read = None if node is None else _placed(node, path.name)
    except UnicodeDecodeError as fault:
        message = f"{path.name}: not UTF-8 at byte {fault.start}; save it as UTF-8"
        raise ProjectError(message) from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        place = f"{path.name}:{mark.line + 1}:{mark.column + 1}" if mark else path.name
        problem = getattr(fault, "problem", None) or "not readable as YAML"
        raise ProjectError(f"{place}: {problem}; check indentation and quotes there") from None
    except (RecursionError, ValueError):
        raise ProjectError(f"{path.name}: not readable as YAML") from None
    if read in (None, ""):
        return Placed({}, path.name)
    if not isinstance(read, Placed):
        raise ProjectError(f"{path.name}: expected `name: value` lines, such as `rules: ...`")
    return read


def _placed(node: Any, file: str) -> Any:
    """What a node of YAML holds: texts, lists, and mappings that know where their keys stand.

    Raises:
        ProjectError: a key stands twice, and YAML would quietly take the last.
    """
    if node.id == "scalar":
        return node.value
    if node.id == "sequence":
        return [_placed(one, file) for one in node.value]
    made = Placed({}, file)
    for key, value in node.value:
        name, mark = str(key.value), key.start_mark
        if name in made:
            line = made.places[name][0]
            place = f"{file}:{mark.line + 1}:{mark.column + 1}"
            raise ProjectError(f"{place}: `{name}` stands in line {line} already; write it once")
        made.places[name] = (mark.line + 1, mark.column + 1)
        made[name] = _placed(value, file)
    return made


def _project(root: Path, read: Placed) -> Project:
    _known("", read, SETTINGS)
    offers = _mapping(read, "offers")
    _known("offers.", offers, ("package",))
    package = offers.get("package", "auto")
    if package not in PACKAGE_MODES:
        choices = ", ".join(PACKAGE_MODES)
        words = f"offers.package is `{package}`; write one of {choices}"
        raise wrong(offers, "package", words)
    feeds = _mapping(read, "feeds")
    sellers = _mapping(read, "sellers")
    return Project(
        root,
        rules=_rule_files(root, read),
        feeds={n: _merged(_mapping(feeds, n, "feeds.")) for n in feeds},
        channels=_channels(_mapping(read, "channels")),
        package=package,
        sellers=but(sellers, {n: _mapping(sellers, n, "sellers.") for n in sellers}),
        sending=_mapping(read, "sending"),
        schedule=_mapping(read, "schedule"),
        orders=_orders(_mapping(read, "orders")),
    )


def _orders(read: Mapping[str, Any]) -> OrderSettings:
    _known("orders.", read, ("connector", "free_carriers", "spellings"))
    connector = read.get("connector")
    if connector is not None and connector not in CONNECTORS:
        choices = ", ".join(CONNECTORS)
        words = f"orders.connector is `{connector}`; write one of {choices}"
        raise wrong(read, "connector", words)
    free = read.get("free_carriers", "no")
    if not isinstance(free, str) or free not in YES_NO_WORDS:
        raise wrong(read, "free_carriers", f"orders.free_carriers is `{free}`; write yes or no")
    spellings = _mapping(read, "spellings", "orders.")
    _known("orders.spellings.", spellings, CONNECTORS)
    chosen = {name: (s,) if isinstance(s, str) else tuple(s) for name, s in spellings.items()}
    return OrderSettings(connector, YES_NO_WORDS[free], chosen)


def _merged(read: Mapping[str, Any]) -> Mapping[str, Any]:
    """`<<: *other` takes over what another entry says, as everywhere in YAML."""
    other = read.get("<<")
    if not isinstance(other, dict):
        return read
    return but(read, {**_merged(other), **{k: v for k, v in read.items() if k != "<<"}})


def _usual_rules(root: Path) -> tuple[str, ...]:
    """The rule files of a project whose settings name none: those of these names."""
    found = tuple(name for name in USUAL_RULES if (root / name).is_file())
    return found or USUAL_RULES[:1]


def _rule_files(root: Path, read: Mapping[str, Any]) -> tuple[str, ...]:
    if "rules" not in read:
        return _usual_rules(root)
    said = read["rules"]
    names = said if isinstance(said, list) else [said]
    if not names or not all(isinstance(name, str) and name for name in names):
        words = f"`rules` must be a file, or a list: [{', '.join(USUAL_RULES)}]"
        raise wrong(read, "rules", words)
    return tuple(names)


def _channels(read: Mapping[str, Any]) -> dict[str, ChannelSettings]:
    channels = {}
    for name in read:
        key = f"channels.{name}"
        settings = _mapping(read, name, "channels.")
        _known(f"{key}.", settings, ("delivery_modes",))
        modes = settings.get("delivery_modes")
        if modes is not None and not (
            isinstance(modes, list) and all(isinstance(m, str) for m in modes)
        ):
            words = f"{key}.delivery_modes must be a list: [Tracked, Registered]"
            raise wrong(settings, "delivery_modes", words)
        channels[name] = ChannelSettings(tuple(modes) if modes is not None else None)
    return channels


def _known(prefix: str, read: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in read:
        if key not in known:
            from rapidfuzz import process  # noqa: PLC0415 - only a faulty file needs it

            close = process.extractOne(str(key), known, score_cutoff=70)
            hint = f"did you mean `{prefix}{close[0]}`?" if close else f"known: {', '.join(known)}"
            raise wrong(read, key, f"there is no setting `{prefix}{key}`; {hint}")


def _mapping(read: Mapping[str, Any], name: str, prefix: str = "") -> Mapping[str, Any]:
    """What stands under a name of a mapping, which is to be a mapping itself; empty where nothing."""
    value = read.get(name, "")
    if value == "":
        return but(read, {})
    if not isinstance(value, dict):
        raise wrong(read, name, f"`{prefix}{name}` must hold `name: value` lines below it")
    return value


def read_source(path: Path, shown: str) -> Source:
    """A text file as a source.

    Raises:
        ProjectError: it is not UTF-8, or cannot be read.
    """
    try:
        return Source(shown, path.read_text(encoding="utf-8-sig"), path)
    except UnicodeDecodeError as fault:
        message = f"{shown}: not UTF-8 at byte {fault.start}; save the file as UTF-8"
        raise ProjectError(message) from None
    except OSError as fault:
        raise ProjectError(f"{shown}: {fault.strerror or fault}") from None
