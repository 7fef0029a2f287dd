"""What `check` proves of the published files: bytes, hashes, digest and schemas, each broken in turn."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scraper.publish import package as datapackage
from scraper.publish.verify import files_as_described as findings
from scraper.publish.verify import findings as check
from tests.support import shelves
from tests.support.kit import DAY

V1 = "ratecards/v1"


@pytest.fixture
def root(tmp_path) -> Path:
    """A sound dataset's root."""
    return shelves.dataset(tmp_path / "data").root


def rewrite(root: Path, path: str, old: str, new: str, *, sealed: bool = False) -> None:
    """Change a published file; `sealed`: the data package says what then stands there."""
    file = root / V1 / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    if sealed:
        data = file.read_bytes()
        package = json.loads((root / datapackage.PATH).read_text())
        for resource in package["resources"]:
            if resource["path"] == path:
                resource |= {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        files = {name: (root / V1 / name).read_bytes() for name in datapackage.RESOURCES}
        package["digest"] = datapackage.digest(files)
        (root / datapackage.PATH).write_text(datapackage.dumps(package))


def test_a_sound_dataset(root):
    """Nothing to say, before the first status as after it."""
    assert [] == list(findings(root))
    (root / V1 / "status.json").unlink()
    assert [] == list(findings(root))
    assert [] == check(shelves.Dataset(root), DAY)


@pytest.mark.parametrize("path", datapackage.RESOURCES)
def test_another_byte(root, path):
    """A file that is not what was published: its hash, and its length where that differs."""
    rewrite(root, path, "\n" if path != "limits.json" else "{", " \n" if path != "limits.json" else " {")
    found = list(findings(root))

    assert 2 == len(found)
    assert all(line.startswith(f"{root / V1 / path}: ") for line in found)
    assert ["bytes", "hash"] == [line.split(": ")[1].split()[0] for line in found]


@pytest.mark.parametrize("path", datapackage.RESOURCES)
def test_a_file_that_is_missing(root, path):
    """It is named."""
    (root / V1 / path).unlink()

    assert [f"{root / V1 / path}: named in the data package, but missing"] == list(findings(root))


def test_a_package_that_is_missing_or_damaged(root):
    """It says how to make it."""
    path = root / datapackage.PATH
    for spoil in (lambda: path.write_text("<<<<<<< ours"), path.unlink):
        spoil()
        (found,) = findings(root)
        assert str(path) in found
        assert found.endswith("; python -m scraper rebuild makes it anew")


def test_a_package_that_names_other_files(root):
    """One too many or one too few is a finding, with both lists."""
    package = json.loads((root / datapackage.PATH).read_text())
    for resources in (package["resources"][1:], [*package["resources"], {"path": "status.json"}]):
        (root / datapackage.PATH).write_text(datapackage.dumps({**package, "resources": resources}))
        (found,) = findings(root)
        assert "the data package names " in found
        assert found.endswith(f"there are {', '.join(datapackage.RESOURCES)}")


def test_a_digest_of_other_data(root):
    """Bytes and hashes are right, what versions go by is not."""
    package = json.loads((root / datapackage.PATH).read_text())
    (root / datapackage.PATH).write_text(datapackage.dumps({**package, "digest": "sha256:0"}))
    (found,) = findings(root)

    assert found.endswith("the data package says sha256:0")


def test_a_schema_of_another_version(root):
    """Edited, or lost."""
    path = root / V1 / "schemas/rates.schema.json"
    for spoil in (lambda: path.write_text("{}"), path.unlink):
        spoil()
        assert [f"{path}: not the schema of this version; python -m scraper rebuild makes it anew"] == list(
            findings(root)
        )


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("rates.json", '"price": "1.25"', '"price": 1.25', "$.rates[0].price: 1.25 is not of type 'string'"),
        ("rates.json", '"paid"', '"gift"', "$.rates[0].plan: 'gift' is not one of ['free', 'paid']"),
        ("changes.json", '"announced": true', '"told": true', "$.changes[0]: "),
        ("upcoming.json", '"on": "2027-01-01"', '"on": "soon"', "$.upcoming[0].on: 'soon' does not match"),
        ("discrepancies.json", '"between"', '"beside"', "$.discrepancies[0].kind: 'beside' is not one of"),
        ("limits.json", "[]", '["x"]', "$.limits[0]: 'x' is not of type 'object'"),
    ],
)
def test_a_file_against_its_schema(root, path, old, new, words):
    """Published with its right hash, and not what it should be: the place and what was expected there."""
    rewrite(root, path, old, new, sealed=True)
    found = list(findings(root))

    assert found
    assert found[0].startswith(f"{root / V1 / path}: {words}")


def test_a_status_against_its_schema(root):
    """It is no data, and has a shape all the same."""
    rewrite(root, "status.json", '"READ"', '"FINE"')
    (found,) = findings(root)

    assert "status.json: $.sources['google/gemini-api'].outcome: 'FINE' is not one of" in found
    (root / V1 / "status.json").write_text("<<<<<<< ours")
    (found,) = findings(root)
    assert f"{root / V1 / 'status.json'}: not JSON: " in found


def test_many_findings_of_one_file(root):
    """The first few, and how many more."""
    file = root / V1 / "status.json"
    file.write_text(file.read_text().replace('"models"', '"cards"').replace('"rates"', '"rows"'))
    data = json.loads(file.read_text())
    data["sources"] |= {f"acme/{n}": {} for n in range(5)}
    file.write_text(json.dumps(data))
    found = list(findings(root))

    assert 6 == len(found)
    assert found[-1].startswith(f"{file}: and ")


def test_check_says_it(root, run):
    """A finding of the command, after the cards have been proved."""
    rewrite(root, "changes.json", "model_added", "model_removed")
    ran = run("check", "--to", root, "--now", "2026-11-01")

    assert (1, "2 findings") == (ran.code, ran.out.splitlines()[-1])
    assert "the data package says sha256:" in ran.out
