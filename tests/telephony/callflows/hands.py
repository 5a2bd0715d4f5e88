"""The three ways in which people hold an editor: a mouse, keys alone, a finger. Each does the same few things."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from playwright.sync_api import Locator, Page, expect

TABS = 120  # further than anything is on a page
_AHEAD = """(one) => {
  const here = document.activeElement, back = Node.DOCUMENT_POSITION_PRECEDING;
  return here === one ? "" : here.compareDocumentPosition(one) & back ? "Shift+Tab" : "Tab";
}"""


class Hand(ABC):
    """What all of them share. `add` puts a module below the chosen step, on the branch of these words."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @abstractmethod
    def press(self, target: Locator) -> None: ...

    def write(self, target: Locator, text: str) -> None:
        self.press(target)
        target.fill(text)

    def branch(self, words: str) -> None:
        self.page.locator("#flow-key").select_option(label=words)

    def pick(self, label: str, words: str) -> None:
        """Choose an object in a select that is searched by name."""
        box = self.field(label)
        self.press(box.locator(".ts-control"))
        box.locator(".ts-control input, .dropdown-input").first.type(words)
        self.press(box.locator(".ts-dropdown .option", has_text=words).first)

    def field(self, label: str) -> Locator:
        exactly = re.compile(f"^\\s*{label}\\s*$")
        return self.page.locator(".sb-field", has=self.page.locator("label", has_text=exactly)).first

    def add(self, module: str) -> None:
        self.write(self.page.locator("[data-find-module]"), module)
        self.press(self.page.locator(f"[data-module='{module}']"))

    def choose(self, words: str) -> None:
        self.press(self.page.locator(".sb-flow .step", has_text=words).first.locator(".box"))
        self.shown(words)

    def keep(self) -> None:
        work = self.page.locator("#flow-work")
        revision = work.get_attribute("data-revision") or ""
        self.press(self.page.locator(".sb-flow-settings button", has_text="Keep in the draft"))
        expect(work).not_to_have_attribute("data-revision", revision)
        expect(work).not_to_have_attribute("aria-busy", "true")

    def shown(self, words: str) -> None:
        """The panel is that of the step."""
        expect(self.page.locator("#flow-panel > header")).to_contain_text(words)


class Mouse(Hand):
    def press(self, target: Locator) -> None:
        target.click()

    def add(self, module: str) -> None:
        """Drawn from the palette onto the chosen step."""
        self.page.locator("[data-find-module]").fill(module)
        self.drag(
            self.page.locator(f"[data-module='{module}']"), self.page.locator(".sb-flow .step.sel .box")
        )

    def drag(self, start: Locator, end: Locator) -> None:
        start.scroll_into_view_if_needed()
        at, to = start.bounding_box(), end.bounding_box()
        assert at is not None
        assert to is not None
        mouse = self.page.mouse
        mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        mouse.down()
        mouse.move(to["x"] + to["width"] / 2, to["y"] + to["height"] / 2, steps=4)
        mouse.up()


class Finger(Hand):
    def press(self, target: Locator) -> None:
        target.tap()

    def drag(self, start: Locator, end: Locator) -> None:
        """Rests until the step is taken up, then draws it."""
        at, to = start.bounding_box(), end.bounding_box()
        assert at is not None
        assert to is not None
        screen = self.page.context.new_cdp_session(self.page)
        x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
        across, down = to["x"] + to["width"] / 2 - x, to["y"] + to["height"] / 2 - y

        def touch(what: str, share: float) -> None:
            points = [] if what == "touchEnd" else [{"x": x + across * share, "y": y + down * share}]
            screen.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": points})

        touch("touchStart", 0)
        expect(self.page.locator(".sb-drag-ghost")).to_be_visible()
        for share in (0.2, 0.5, 0.8, 1):
            touch("touchMove", share)
        expect(self.page.locator(".sb-flow .aim")).to_have_count(1)
        touch("touchEnd", 1)
        screen.detach()


class Keys(Hand):
    """Goes by Tab to whatever it needs, and nowhere by a pointer."""

    def go(self, target: Locator) -> None:
        for _ in range(TABS):
            if not (key := target.evaluate(_AHEAD)):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"out of reach: {target}")

    def press(self, target: Locator) -> None:
        self.go(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.go(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def branch(self, words: str) -> None:
        choice = self.page.locator("#flow-key")
        self.go(choice)
        for _ in range(TABS):
            if choice.evaluate("(one) => one.selectedOptions[0].label") == words:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no such branch: {words}")

    def pick(self, label: str, words: str) -> None:
        box = self.field(label)
        self.go(box.locator(".ts-control input, .dropdown-input").first)
        self.page.keyboard.type(words)
        expect(box.locator(".ts-dropdown .option.active", has_text=words)).to_be_visible()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Escape")

    def tree(self) -> None:
        """To the outline, where its one stop is."""
        self.go(self.page.locator("[data-outline] [role=treeitem][tabindex='0']"))

    def add(self, module: str) -> None:
        self.tree()
        self.page.keyboard.press("a")
        self.page.keyboard.type(module)
        self.page.keyboard.press("Enter")

    def choose(self, words: str) -> None:
        self.tree()
        self.page.keyboard.press("Home")
        item = self.page.locator("[data-outline] [role=treeitem]", has_text=words).first
        for _ in range(TABS):
            if not item.evaluate(_AHEAD):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        self.shown(words)
