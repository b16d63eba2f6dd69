import subprocess
import sys
from pathlib import Path

from engine.marketplace.vocabulary import channels_beside, load_vocabulary

ROOT = Path(__file__).parents[3]
PATH = ROOT / "schemas/offer.schema.json"


def test_the_words_of_the_shipped_schema() -> None:
    vocabulary, faults = load_vocabulary(PATH, "schemas/offer.schema.json", {})
    assert faults == []
    assert vocabulary is not None
    assert vocabulary.channels == {"cdiscount", "cdiscount_octopia"}
    assert vocabulary.attributes_from == "schemas/offer.schema.json"
    stock = vocabulary.attributes["Stock"]
    assert (stock.minimum, stock.maximum, stock.clearable) == (0, 10**10, False)
    sku = vocabulary.attributes["SellerProductId"]
    assert (sku.max_length, sku.text_pattern) == (50, "^[!-{}~]+$")
    assert vocabulary.attributes["ProductPackagingUnit"].clearable


def test_a_project_without_channels_of_its_own_gets_the_bundled_ones(tmp_path: Path) -> None:
    assert list(channels_beside(tmp_path / "offer.schema.json")) == [
        "cdiscount",
        "cdiscount_octopia",
    ]


def test_checking_does_not_load_what_rendering_needs() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from engine.marketplace.vocabulary import load_vocabulary;"
        "load_vocabulary(Path(sys.argv[1]), 's', {});"
        "print(sorted({'polars', 'jsonschema', 'lxml'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(PATH)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"
