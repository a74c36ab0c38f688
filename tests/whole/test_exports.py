import importlib
import pkgutil
import types

import pytest

import conformance

_PACKAGES = [
    module.name
    for module in pkgutil.iter_modules(conformance.__path__, "conformance.")
    if module.name != "conformance.cli"
]


@pytest.mark.parametrize("name", _PACKAGES)
def test_a_package_exports_what_it_says(name: str) -> None:
    package = importlib.import_module(name)
    for exported in package.__all__:
        assert hasattr(package, exported), exported
    assert len(set(package.__all__)) == len(package.__all__)


@pytest.mark.parametrize("name", [name for name in _PACKAGES if hasattr(importlib.import_module(name), "__path__")])
def test_a_package_says_what_it_exports(name: str) -> None:
    package = importlib.import_module(name)
    public = {
        key
        for key, value in vars(package).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType) and _is_ours(value)
    }
    hooks = {key for key in public if key.startswith("pytest_")}
    assert public - hooks <= set(package.__all__)


def _is_ours(value: object) -> bool:
    return getattr(value, "__module__", "").startswith("conformance")
