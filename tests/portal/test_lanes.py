"""`manage.py test` lets two runs go on side by side: both outcomes count, and what they say stays apart."""

from contextlib import ExitStack

from portal.management.commands.test import side_by_side, start

PLAIN = ("-p", "no:django", "-c", "/dev/null", "--noconftest")


def test_the_second_speaks_after_the_first_and_its_failure_counts(capfd):
    with ExitStack() as runs:
        statuses = side_by_side([*PLAIN, "--version"], [*PLAIN, "no/such/test.py"], runs)

    said = capfd.readouterr().out
    assert statuses == [0, 4]
    assert said.startswith("pytest ")
    assert "no/such/test.py" in said.partition("\n")[2]


def test_a_run_that_is_left_ends(tmp_path):
    waits = tmp_path / "test_waits.py"
    waits.write_text("import signal\n\ndef test_for_ever():\n    signal.pause()\n")

    with ExitStack() as runs:
        run = start([*PLAIN, str(waits)], runs)

    assert run.returncode not in (None, 0)
