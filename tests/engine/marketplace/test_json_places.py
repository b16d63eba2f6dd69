from engine.diagnostics.place import Source
from engine.marketplace.json_places import members

TEXT = '{\n  "a" : {"x\\"y": [1, {"b": 2}], "b": null},\n  "b": {}\n}\n'
SOURCE = Source("f.json", TEXT)


def test_keys_stand_where_they_are_written() -> None:
    found = members(SOURCE, "a")
    assert [m.key for m in found] == ['x"y', "b"]
    assert TEXT[found[0].span.start : found[0].span.end] == '"x\\"y"'
    assert (found[1].span.line, found[1].span.column) == (2, 33)
    assert TEXT[found[1].value_at :].startswith("null")


def test_the_top_and_what_is_not_there() -> None:
    assert [m.key for m in members(SOURCE)] == ["a", "b"]
    assert members(SOURCE, "b") == []
    assert members(SOURCE, "c") == []
    assert members(SOURCE, "a", "b") == []
