"""The page as a reader has it: opened in Chromium from disk, on a phone, on a desk and on paper.

Debian's chromium and chromium-driver, which are built from one source, by Selenium; skipped where there is none.
"""

import base64
import io
import re
import shutil

import pytest
from few_pages import write_small_page

selenium = pytest.importorskip("selenium", reason="selenium is not installed; pip install '.[test]'")
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser: apt-get install chromium chromium-driver, to open the page in it"
)
CONTRASTS = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const behind = element => {
  for (; element; element = element.parentElement) {
    const color = numbers(getComputedStyle(element).backgroundColor);
    if (color.length < 4 || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
while (texts.nextNode()) {
  if (!texts.currentNode.data.trim()) continue;
  const element = texts.currentNode.parentElement;
  const [one, other] = [numbers(getComputedStyle(element).color), behind(element)].map(luminance);
  found.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), texts.currentNode.data.trim()]);
}
return found;
"""
"""(contrast of WCAG, text) of every text of the page; its backgrounds are plain colours."""
WIDTHS = {"phone": 390, "tablet": 820, "desk": 1400}


@pytest.fixture(scope="module")
def address(random_raw, dims_raw, tmp_path_factory):
    """A page of synthetic sweeps with all kinds of parts."""
    path = write_small_page(random_raw, dims_raw, tmp_path_factory.mktemp("page"))
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium that keeps what its console says."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def opened(browser, address, width):
    """The page at a width, in CSS pixels."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.get(address)
    return browser


def sideways(browser, width):
    """By how many pixels the page is wider than the window."""
    return browser.execute_script("return document.documentElement.scrollWidth") - width


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_page_does_not_scroll_sideways(browser, address, width):
    """Wide tables and figures scroll in their own boxes, also with all details open."""
    opened(browser, address, width)
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert sideways(browser, width) <= 0
    boxes = "return [...document.querySelectorAll('table')].every(each => each.closest('.scroll'))"
    assert browser.execute_script(boxes)
    browser.execute_script("document.querySelector('main').style.width = arguments[0]", f"{width + 40}px")
    assert sideways(browser, width) > 0  # control: a page that is too wide is noticed


def test_console_is_silent_and_pictures_are_there(browser, address):
    """No error, no warning; every image decoded to something with a size and has a text of its own."""
    opened(browser, address, 1400)
    assert browser.get_log("browser") == []
    images = browser.execute_script(
        "return [...document.images].map(each => [each.complete, each.naturalWidth, each.naturalHeight, each.alt])"
    )
    assert len(images) >= 8
    assert all(complete and width > 100 and height > 100 and len(alt) > 20 for complete, width, height, alt in images)
    browser.execute_script("console.error('control')")
    assert any("control" in entry["message"] for entry in browser.get_log("browser"))


def test_what_is_slipped_in_neither_runs_nor_loads(browser, address):
    """The page's policy, as a browser keeps it: no script, no handler, no picture from elsewhere, no other style."""
    opened(browser, address, 1400)
    slip_in = """
        const script = document.createElement('script');
        script.textContent = 'document.title = "script"';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend',
            '<img src="no-such.png"><img src="data:," onerror="document.title = 777">' +
            '<style>h1 { display: none }</style>');
    """
    browser.execute_script(slip_in)
    browser.execute_async_script("setTimeout(arguments[0], 200)")
    assert "script" not in browser.title
    assert "777" not in browser.title
    assert browser.execute_script("return getComputedStyle(document.querySelector('h1')).display") == "block"
    blocked = " ".join(entry["message"] for entry in browser.get_log("browser"))
    refused = ("inline script", "inline event handler", "inline style", "the image 'file:")
    assert [kind for kind in refused if kind not in blocked] == []
    browser.get("about:blank")
    browser.execute_script(slip_in)
    assert browser.title in ("script", "777")  # control: where nothing forbids it, it runs


def test_every_text_has_contrast(browser, address):
    """WCAG AA: at least 4.5 : 1, of whatever size."""
    opened(browser, address, 390)
    found = browser.execute_script(CONTRASTS)
    assert len(found) > 200
    assert [text for ratio, text in found if ratio < 4.5] == []
    browser.execute_script("document.querySelector('h1').style.color = '#999'")
    assert "be?" in [text for ratio, text in browser.execute_script(CONTRASTS) if ratio < 4.5]  # control


STRUCTURE = """
const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(each => +each.tagName[1]);
const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
return {
  language: document.documentElement.lang,
  first: headings.filter(level => level === 1).length,
  jumps: headings.filter((level, k) => k && level > headings[k - 1] + 1).length,
  twice: ids.filter((id, k) => ids.indexOf(id) !== k),
  nameless: [...document.images].filter(each => !each.alt.trim()).length,
  bare: [...document.querySelectorAll('table')].filter(each => !each.querySelector('th')).length,
};
"""


def test_everybody_can_find_their_way(browser, address):
    """One first heading, no level left out, no id twice, a language, names for pictures, headings for tables."""
    opened(browser, address, 390)
    sound = {"language": "en", "first": 1, "jumps": 0, "twice": [], "nameless": 0, "bare": 0}
    assert browser.execute_script(STRUCTURE) == sound
    browser.execute_script("document.images[0].removeAttribute('alt')")
    assert browser.execute_script(STRUCTURE) == sound | {"nameless": 1}  # control


def test_links_lead_somewhere(browser, address):
    """Every link of the table of contents and of the tables goes to a part of the page."""
    opened(browser, address, 1400)
    links = browser.execute_script("return [...document.querySelectorAll('a')].map(each => each.hash.slice(1))")
    places = browser.execute_script("return [...document.querySelectorAll('[id]')].map(each => each.id)")
    assert set(links) <= set(places)
    assert browser.execute_script("return document.querySelectorAll('nav a').length") >= 8


def test_it_prints(browser, address):
    """A PDF of a sensible number of pages, with nothing in a scroll box."""
    from selenium.webdriver.common.print_page_options import PrintOptions

    opened(browser, address, 1400)
    data = base64.b64decode(browser.print_page(PrintOptions()))
    assert data.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type\s*/Page\b", io.BytesIO(data).getvalue()))
    assert 4 <= pages <= 20
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    boxes = "[...document.querySelectorAll('.scroll, .frame')]"
    clipped = f"return {boxes}.filter(each => getComputedStyle(each).overflowX !== 'visible').length"
    assert browser.execute_script(clipped) == 0
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert browser.execute_script(clipped) > 0  # control: on a screen they scroll
