"""`manage.py test` lets runs go on side by side: all outcomes count, and what they say stays apart."""

from contextlib import ExitStack

from portal.management.commands.test import side_by_side, start

PLAIN = ("-p", "no:django", "-c", "/dev/null", "--noconftest")


def test_the_others_speak_after_the_first_and_their_failures_count(capfd):
    with ExitStack() as runs:
        others = [[*PLAIN, "no/such/test.py"], [*PLAIN, "nor/this.py"]]
        statuses = side_by_side([*PLAIN, "--version"], others, runs)

    said = capfd.readouterr().out
    assert statuses == [0, 4, 4]
    assert said.startswith("pytest ")
    assert "no/such/test.py" in said.partition("\n")[2]
    assert said.index("no/such/test.py") < said.index("nor/this.py")


def test_a_run_that_is_left_ends(tmp_path):
    waits = tmp_path / "test_waits.py"
    waits.write_text("import signal\n\ndef test_for_ever():\n    signal.pause()\n")

    with ExitStack() as runs:
        run = start([*PLAIN, str(waits)], runs)

    assert run.returncode not in (None, 0)
