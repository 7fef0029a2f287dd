"""Builds the price page of AI Studio's documentation, in Markdoc, from the facts of a Gemini API page."""

from __future__ import annotations

from tests.support.pagebuilder import _ids, _parts, _Twin


class _Markdoc(_Twin):
    def heading(self, anchor: str, model: dict) -> list[str]:
        ids = _ids(anchor, model)
        name = f'## {model["name"]}  {{% id="{ids[0] if len(ids) == 1 else anchor}" %}}'
        joined = model.get("joined", ", ").join(f"`{each}`" for each in ids)
        return [name, *([f"*{joined}*"] if len(ids) > 1 else [])]

    def section(self, anchor: str, model: dict) -> list[str]:
        out = []
        for text in super().section(anchor, model):
            tab = text.removeprefix("### ")
            if tab != text:
                out.append(f'{{% tab title="{tab}" %}}')
            elif text.startswith("{% table") and out[-1].startswith("{% tab "):
                out += [text, "{% /tab %}"]
            else:
                out.append(text)
        return out

    def table(self, header: list[str], rows: list) -> str:
        lines = [[[cell] for cell in header], *([_parts(cell) for cell in [*row, ""][:3]] for row in rows)]
        cells = ["\n".join(f"* {self._wrapped(cell)}".rstrip() for cell in line) for line in lines]
        return "{% table %}\n" + "\n---\n".join(cells) + "\n{% /table %}"

    def _wrapped(self, parts: list[str]) -> str:
        return "\n  ".join(self.text(part).replace("\n", "\n  ") for part in parts if part)

    def callout(self, kind: str, text: str) -> str:
        return f'{{% callout type="{kind.lower()}" %}}\n{text}\n{{% /callout %}}'


def markdoc_page(edition: dict) -> str:
    """The whole page; the dialect is always that of 2026."""
    return _Markdoc({**edition, "dialect": "2026", "markup": {}}).page()
