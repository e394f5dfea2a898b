"""Write the documents where the services serve them from: `python -m deploy.api_document`."""

from __future__ import annotations

from pathlib import Path

from deploy.api_document.document import documents, written

FOLDER = Path("services/public/api")
FILES = ("openapi.json", "internal.json", "asyncapi.json")


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in zip(FILES, documents(), strict=True):
        (FOLDER / name).write_text(written(document), "utf-8")


if __name__ == "__main__":
    main()
