from engine.diagnostics.pages import page


def test_a_page_by_its_number() -> None:
    found = page("R301")
    assert found is not None
    assert found.startswith("# R301 ")


def test_there_is_no_other_page() -> None:
    for number in ("R999", "", "R30", "../R301", "R301.md", "r301"):
        assert page(number) is None, number
