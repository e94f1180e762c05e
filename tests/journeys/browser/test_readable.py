"""Every text on every screen stands out from what is behind it, by 4.5 to 1, in the light and in the dark."""

import pytest

from tests.demo_home import Demo
from tests.journeys.browser.conftest import Come
from tests.journeys.browser.screenshots import to_see

# Every visible text with the least contrast of its colour to the nearest filled background behind it. What cannot be used
# at the moment, and what is drawn on a canvas, is left out: `test_parts` reckons the colours of pictures.
WEAK = """() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1] }
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1)
  const lum = c => [0, 1, 2].map(i => c[i] / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = e => { const layers = []
    for (let n = e; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor)
      if (c[3] > 0) { layers.push(c); if (c[3] === 1) break } }
    return layers.reverse().reduce((under, c) => over(c, under), [255, 255, 255, 1]) }
  const found = []
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stApp]'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) { const text = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement
    if (!text || text === '…' || !e.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue
    if (e.closest('[disabled], [aria-disabled=true], [data-testid=stSkeleton], .glideDataEditor, svg, canvas, style, .katex-mathml')) continue
    const box = e.getBoundingClientRect(); if (box.width < 2 || box.height < 2) continue
    const ground = behind(e), ink = over(parse(getComputedStyle(e).color), ground)
    const [a, b] = [lum(ink), lum(ground)].sort((x, y) => y - x), contrast = (a + 0.05) / (b + 0.05)
    const size = parseFloat(getComputedStyle(e).fontSize), bold = +getComputedStyle(e).fontWeight >= 700
    if (contrast < (size >= 24 || (bold && size >= 18.66) ? 3 : 4.5)) found.push([text.slice(0, 40), contrast.toFixed(2)].join(' ')) }
  return [...new Set(found)]
}"""


@pytest.mark.slow
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_every_text_stands_out(come: Come, shown: str, demo: Demo, shade: str) -> None:
    visitor = come(shown, "regulator", shade=shade)
    weak = {}
    for name, path in to_see(demo.home):
        visitor.go(path)
        weak[name] = visitor.page.evaluate(WEAK)
    assert not {name: found for name, found in weak.items() if found}
