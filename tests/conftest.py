"""Fixtures of every test: a real browser. People, tenants and connections are in the nearer conftest files."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configured
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis.internal.conjecture import providers
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import Person
from portal.chromium import FLAGS, provide_chromium

from .people import signed_in

# The same examples each time: a run that fails by chance tells nobody what they broke. `--hypothesis-profile=default`
# looks further. How long an example takes is the machine's affair.
hypothesis.settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")
_NO_CONSTANTS = providers.Constants()

# What migrations filled stays; everything else that has rows loses them, in any order.
_EMPTY = """
DO $$
DECLARE
    name text;
    has_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT quote_ident(relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
        AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO has_rows;
        IF has_rows THEN
            EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
END $$
"""
# What was deleted stays in the files: the next tests would read past the rows of all before them.
_LARGE = """
SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_table_size(oid) > 256 * 1024
"""

Answer = TypeVar("Answer")
PATIENCE_MS = (
    30_000  # other tests may want the same cores; what comes is not waited for any longer than it takes
)
ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-baselines", action="store_true", help="write tests/test_query_baselines.json anew"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Nor do examples take the numbers and words of whatever modules happen to be loaded by then: which these are
    depends on the tests that ran before, and on each constant that anybody writes anywhere.
    """
    if not config.getoption("--hypothesis-profile"):
        providers._get_local_constants = lambda: _NO_CONSTANTS


def _left_empty(case: TransactionTestCase) -> None:
    """What Django does by TRUNCATE of every table, and by asking for every permission anew, in a tenth of the time."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
        cursor.execute(_LARGE)
        if names := cursor.fetchone()[0]:
            cursor.execute(f"VACUUM (SKIP_LOCKED) {names}")


TransactionTestCase._fixture_teardown = _left_empty


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Of a run of everything the cluster is thrown away, and no database before it."""
    return "TEST_TEMPLATE" in os.environ or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session", autouse=True)
def _files_apart() -> None:
    """Each test process has a database, and files that are named by its keys: so it has a folder for them as well."""
    configured.DATA_DIR = Path(tempfile.mkdtemp(prefix="tests-", dir=configured.DATA_DIR))


# What a test file says that has tests of such a mark: other files are not even read for a run of these alone.
_SAYS = {"browser": ("mark.browser", "visitor", "telephone"), "kill": ("mark.kill",)}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    said = _SAYS.get(config.getoption("markexpr"))
    if said is None or not collection_path.name.startswith("test_") or collection_path.is_dir():
        return None
    text = collection_path.read_text(encoding="utf-8")
    return True if not any(word in text for word in said) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that opens a browser is marked by its fixture, so that none is run among the parallel ones."""
    for item in items:
        if {"visitor", "telephone"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


def pytest_runtest_setup() -> None:
    """A request leaves the language of its person to its thread, which in tests is that of all others."""
    translation.deactivate()


def pytest_collection_finish() -> None:
    """What was read up to here stays to the end: going through it again and again was a fifth of the work of a test.
    What tests make nearly all goes by itself: it is looked through as seldom as in the web process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class BrowserThread:
    """A Chromium in a thread of its own.

    Playwright's synchronous interface leaves an event loop in its thread, and Django then refuses the ORM there.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._playwright = self.run(lambda: sync_playwright().start())
        self.browser: Browser = self.run(
            lambda: self._playwright.chromium.launch(executable_path=provide_chromium(), args=list(FLAGS))
        )

    def run(self, function: Callable[..., Answer], *arguments: Any, **options: Any) -> Answer:
        return self._pool.submit(function, *arguments, **options).result()

    def close(self) -> None:
        self.run(self.browser.close)
        self.run(self._playwright.stop)
        self._pool.shutdown()


class Visitor:
    """One person at one browser window. `visitor(steps)` runs `steps(page)` where the browser lives.

    base      where the portal answers, without a slash at the end
    window    what Playwright takes of a window that is not an ordinary one
    problems  what the console and the page reported; a test that leaves any fails at its end
    """

    def __init__(self, thread: BrowserThread, base: str, **window: Any) -> None:
        self.thread, self.base = thread, base
        self.problems: list[str] = []
        self.context = thread.run(
            thread.browser.new_context,
            base_url=base,
            locale="en-GB",
            timezone_id="Europe/Paris",
            accept_downloads=True,
            **window,
        )
        self.page: Page = thread.run(self.context.new_page)
        thread.run(self._listen)

    def _listen(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"{self.page.url}: {message.text}")

    def __call__(self, steps: Callable[[Page], Answer]) -> Answer:
        return self.thread.run(steps, self.page)

    def sign_in(self, someone: Person) -> None:
        """Let the window be this person's, by the session that signing in makes: its forms have tests of their own."""
        name = configured.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": signed_in(someone).cookies[name].value, "url": self.base}
        self.thread.run(self.context.add_cookies, [cookie])

    def open(self, path: str) -> None:
        self(lambda page: page.goto(path))

    def serious(self) -> list[str]:
        """What axe finds serious or critical on the page that is open: `rule: element`."""
        found = self.thread.run(Axe().run, self.page).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    def scrolls_sideways(self) -> bool:
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self(lambda page: page.evaluate(wider)))

    def close(self) -> None:
        self.thread.run(self.context.close)


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[BrowserThread]:
    thread = BrowserThread()
    yield thread
    thread.close()


@contextmanager
def _in_front(thread: BrowserThread, live_server: Any, settings: Any, **window: Any) -> Iterator[Visitor]:
    """Somebody in front of the portal of this test, not signed in. Fails the test if the console shows an error."""
    base = live_server.url.replace("127.0.0.1", "localhost")  # passkeys know no addresses
    settings.PUBLIC_URL = base
    settings.CSRF_TRUSTED_ORIGINS = [base]
    someone = Visitor(thread, base, **window)
    yield someone
    someone.close()
    assert not someone.problems, "\n".join(someone.problems)


@pytest.fixture
def visitor(browser_thread: BrowserThread, live_server: Any, settings: Any) -> Iterator[Visitor]:
    with _in_front(browser_thread, live_server, settings) as someone:
        yield someone


@pytest.fixture
def telephone(browser_thread: BrowserThread, live_server: Any, settings: Any) -> Iterator[Visitor]:
    """The same with a telephone in the hand: narrow, and touched by a finger."""
    size = {"width": 390, "height": 844}
    with _in_front(
        browser_thread, live_server, settings, viewport=size, has_touch=True, is_mobile=True
    ) as someone:
        yield someone
