"""A stack's folder is its own, and what is secret in it is readable by nobody else."""

import os
import stat
from pathlib import Path

import pytest
from local_stack.errors import StackError
from local_stack.folders import CLONE, claim, claim_first_free, read_state, write_private
from local_stack.privileges import Unprivileged


def test_a_folder_that_a_stack_has_claimed_is_refused_to_a_second_one(tmp_path: Path) -> None:
    folders = claim(tmp_path / "home", user=None)

    with pytest.raises(StackError, match="a stack already runs from"):
        claim(tmp_path / "home", user=None)

    os.close(folders.lock)


def test_a_folder_is_free_again_when_its_stack_is_gone(tmp_path: Path) -> None:
    os.close(claim(tmp_path / "home", user=None).lock)

    os.close(claim(tmp_path / "home", user=None).lock)


def test_a_taken_folder_makes_the_next_stack_take_a_numbered_one(tmp_path: Path) -> None:
    first = claim_first_free(tmp_path / "tests", user=None)
    second = claim_first_free(tmp_path / "tests", user=None)

    assert [folders.home.name for folders in (first, second)] == ["tests", "tests-2"]
    assert first.id != second.id
    for folders in (first, second):
        os.close(folders.lock)


def test_mails_and_logs_of_an_earlier_stack_are_gone_when_a_new_one_starts(tmp_path: Path) -> None:
    earlier = claim(tmp_path / "home", user=None)
    (earlier.mail / "1-0.eml").write_text("old")
    os.close(earlier.lock)

    folders = claim(tmp_path / "home", user=None)

    assert list(folders.mail.iterdir()) == []
    os.close(folders.lock)


def test_a_private_file_is_readable_by_its_owner_only_even_when_it_replaces_an_open_one(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old")
    file.chmod(0o666)

    write_private(file, "new")

    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_state_of_a_stack_is_told_only_while_it_runs(tmp_path: Path) -> None:
    folders = claim(tmp_path / "home", user=None)
    folders.state.write_text('{"base_url": "http://127.0.0.1:1"}')
    assert read_state(folders.home) == {"base_url": "http://127.0.0.1:1"}

    os.close(folders.lock)

    assert read_state(folders.home) is None


def test_a_folder_that_nobody_ever_used_has_no_state(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None


def test_the_clone_is_found_by_its_makefile() -> None:
    assert (CLONE / "Makefile").exists()


def test_a_user_reaches_a_folder_only_when_every_folder_above_lets_them_through(tmp_path: Path) -> None:
    stranger = Unprivileged("stranger", uid=54_321, gid=54_321)
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)

    assert stranger.can_reach(Path("/"))
    assert not stranger.can_reach(inner)
    assert Unprivileged("owner", uid=os.getuid(), gid=os.getgid()).can_reach(inner)
