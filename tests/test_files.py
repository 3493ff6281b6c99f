"""Reading files whole, replacing and creating them: what is refused, what is kept, and where nothing may go."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import files_below, write_files
from writes import copy, create, replace

from cleaner.engine import files, handles
from cleaner.engine.files import Below, creating, open_stream, read, replacing, same_file, sha256, sweep
from cleaner.engine.handles import FileProblem, WriteFailed

LONG = "中" * 83 + ".txt"  # 253 bytes: a temporary name must not be longer


def _problem(call: Callable[[], object]) -> str:
    with pytest.raises(FileProblem) as caught:
        call()
    return str(caught.value)


def _identity(path: Path) -> tuple[int, ...]:
    found = path.lstat()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_mode


# reading


def test_read_gives_the_bytes_and_the_state(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one")
    data, found = read(tmp_path / "a.txt", 3)
    assert data == b"one"
    assert same_file(found, (tmp_path / "a.txt").stat())


def _make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(path))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "vanished: No such file or directory"),
        (lambda path: path.symlink_to("/etc/passwd"), "symlink: give the file itself"),
        (lambda path: path.symlink_to(path), "symlink: give the file itself"),
        (lambda path: path.symlink_to("nowhere"), "symlink: give the file itself"),
        (lambda path: path.mkdir(), "not a regular file"),
        (os.mkfifo, "not a regular file"),
        (_make_socket, "not a regular file"),
        (lambda path: path.write_bytes(b"12345678901"), "larger than 10 bytes"),
        (lambda path: (path.touch(), os.truncate(path, 1 << 40)), "larger than 10 bytes"),
    ],
)
def test_what_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has a limit of its own
    make(Path("a"))
    assert _problem(lambda: read(Path("a"), 10)) == reason
    if not reason.startswith("larger"):
        assert _problem(lambda: open_stream(Path("a"))) == reason
        assert not copy(Path("a"), Path("out"), "a")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/dev/zero", "not a regular file"),
        ("/proc/self/mem", "unreadable: Input/output error"),
        ("/proc/self/status", "changed while it was read"),  # it says that it is empty
        ("/etc/passwd/x", "vanished: Not a directory"),
        ("a\0b", "name: no file can have it"),
        ("a\ud800b", "name: no file can have it"),
        ("x" * 256, "name: File name too long"),
    ],
)
def test_odd_files_and_names_are_not_read(name: str, reason: str) -> None:
    assert _problem(lambda: read(Path(name), 1000)) == reason


def test_what_may_not_be_read(nobodys: Path) -> None:
    (nobodys / "a.txt").write_bytes(b"")
    (nobodys / "a.txt").chmod(0)
    assert _problem(lambda: read(nobodys / "a.txt", 10)) == "permission: Permission denied"


def test_a_stream_tells_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one")
    file, before = open_stream(path)
    with file:
        assert file.read() == b"one"
        assert same_file(before, os.fstat(file.fileno()))
        path.write_bytes(b"two!")
        assert not same_file(before, os.fstat(file.fileno()))


# replacing


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o755, 0o4755, 0o200])
@pytest.mark.parametrize("chunks", [[], [b"new"], [b"n", b"", b"ew"]])
def test_replace_keeps_the_mode(tmp_path: Path, mode: int, chunks: list[bytes]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old one")
    path.chmod(mode)
    written = replace(path, *chunks, digest=sha256(b"old one"))
    assert path.read_bytes() == b"".join(chunks)
    assert written == (True, sha256(path.read_bytes()), ())
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_replace_keeps_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.origin", b"scraped")
    except OSError:
        pytest.skip("a file system without extended attributes")
    assert replace(path, b"new").remarks == ()
    assert os.getxattr(path, "user.origin") == b"scraped"


def test_replace_keeps_the_owner(tmp_path: Path, as_root: None) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    path.chmod(0o4640)
    assert replace(path, b"new").remarks == ()
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o4640)


@pytest.mark.parametrize(
    ("group", "mode", "kept"),
    [(2345, 0o4666, 0o666), (2345, 0o676, 0o666), (2345, 0o2646, 0o666), (65534, 0o6676, 0o676)],
)
def test_rights_shrink_with_an_owner_that_cannot_be_kept(
    as_root: None, nobodys: Path, group: int, mode: int, kept: int
) -> None:
    """The file is another's, but its folder is ours: the new one is ours, and a new group may do what anybody may."""
    path = nobodys / "a.txt"
    path.write_bytes(b"old")
    _with_root(lambda: (os.chown(path, 1234, group), path.chmod(mode)))
    assert replace(path, b"new").remarks == ("owner not kept: Operation not permitted",)
    assert (path.stat().st_uid, path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) == (65534, 65534, kept)


def _with_root(call: Callable[[], object]) -> None:
    user = os.geteuid()
    os.seteuid(0)
    call()
    os.seteuid(user)


@pytest.mark.parametrize("digest", [sha256(b"old"), ""])
@pytest.mark.parametrize("chunks", [[b"old"], [b"o", b"ld"]])
def test_the_same_bytes_are_not_written(tmp_path: Path, chunks: list[bytes], digest: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    os.utime(path, ns=(1, 1))
    before = _identity(path)
    assert replace(path, *chunks, digest=digest) == (False, sha256(b"old"), ())
    assert _identity(path) == before
    assert files_below(tmp_path) == {"a.txt": b"old"}


def _put_back(path: Path) -> None:
    """Other bytes of the same size with the same time of change."""
    found = path.stat()
    path.write_bytes(b"alt")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _swap(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: path.write_bytes(b"longer"), "changed on disk"),
        (lambda path: path.write_bytes(b"alt"), "changed on disk"),
        (lambda path: os.utime(path), "changed on disk"),
        (_put_back, "changed on disk"),
        (lambda path: path.with_name("b").write_bytes(b"old") and path.with_name("b").rename(path), "changed on disk"),
        (lambda path: path.unlink(), "vanished: No such file or directory"),
        (lambda path: _swap(path, lambda path: path.symlink_to("b")), "symlink: give the file itself"),
        (lambda path: _swap(path, os.mkfifo), "not a regular file"),
        (lambda path: _swap(path, Path.mkdir), "not a regular file"),
    ],
)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_file_that_changed_is_not_replaced(
    tmp_path: Path, change: Callable[[Path], object], reason: str, when: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    before = path.stat()
    if when == "before":
        change(path)

    def write() -> None:
        with replacing(path, before) as writer:
            writer.write(b"new")
            change(path)
            writer.commit()

    found = _problem(write)
    assert found == reason if when == "before" else found in (reason, "changed on disk")
    assert b"new" not in files_below(tmp_path).values()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".cleaner")] == []
    assert path.exists() or not reason.startswith("changed")


def test_the_bytes_decide_where_the_clock_does_not(tmp_path: Path) -> None:
    """A change within one tick of the clock leaves no trace but the bytes."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"alt")
    assert _problem(lambda: replace(path, b"new", digest=sha256(b"old"))) == "changed on disk"
    assert files_below(tmp_path) == {"a.txt": b"alt"}


def test_hard_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    os.link(path, tmp_path / "b.txt")
    reason = "hard link: replacing it would separate its names"
    assert _problem(lambda: replace(path, b"new")) == reason
    assert files_below(tmp_path) == {"a.txt": b"old", "b.txt": b"old"}


@pytest.mark.parametrize(
    ("file", "folder", "reason"),
    [(0o444, 0o755, "read-only"), (0o400, 0o755, "read-only"), (0o644, 0o555, "folder: not writable")],
)
def test_what_is_protected_from_everybody_is_so_from_root(tmp_path: Path, file: int, folder: int, reason: str) -> None:
    path = tmp_path / "in" / "a.txt"
    write_files(tmp_path, {"in/a.txt": b"old"})
    path.chmod(file)
    path.parent.chmod(folder)
    assert _problem(lambda: replace(path, b"new")) == reason
    path.parent.chmod(0o755)
    assert files_below(tmp_path) == {"in/a.txt": b"old"}


def test_what_others_may_write_is_protected_from_us(as_root: None, nobodys: Path) -> None:
    path = nobodys / "a.txt"
    path.write_bytes(b"old")
    _with_root(lambda: os.chown(path, 0, 0))
    assert _problem(lambda: replace(path, b"new")) == "read-only"
    assert files_below(nobodys) == {"a.txt": b"old"}


# creating


@pytest.mark.parametrize(
    "name", ["a.txt", "a/b/c/d.txt", LONG, f"{LONG}/{LONG}", "caf\udce9.txt", "-w", "a\nb", "C:\\x"]
)
def test_create_makes_files_and_folders(tmp_path: Path, name: str) -> None:
    for data in (b"one", b"two"):
        assert create(tmp_path / "new" / "out", name, data) == (True, sha256(data), ())
        assert (tmp_path / "new" / "out" / name).read_bytes() == data
    assert [entry.name for entry in tmp_path.rglob(".cleaner*")] == []


HOSTILE = [
    *("", ".", "..", "/", "//", "/x", "//x", "x/", "../x", "../../x", "./x", "x/.", "x/..", "x/../y", "x/../../y"),
    *("x//y", "x/./y", "../out2/x", "/etc/x", "//server/share/x", "x/../../out2/y", "a\0b", "a/\0", "a\ud800b"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root" / "out"
    root.mkdir(parents=True)
    (root / "x").mkdir()
    assert _problem(lambda: create(root, name, b"new")).startswith("name: ")
    assert sweep(root, [name]) == []
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("name", ["x" * 256, "x" * 256 + "/a.txt", "a/" + "中" * 86, "é" * 128])
def test_a_name_that_is_too_long_is_a_reason(tmp_path: Path, name: str) -> None:
    assert _problem(lambda: create(tmp_path, name, b"new")) == "name: File name too long"
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("name", ["link/b.txt", "a/link/b.txt", "link/new/b.txt"])
def test_links_in_the_output_are_not_followed(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"out/a/x": b"", "outside/b.txt": b"theirs"})
    for folder in ("out", "out/a"):
        (tmp_path / folder / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(WriteFailed, match="write: "):
        create(tmp_path / "out", name, b"new")
    assert files_below(tmp_path) == {"out/a/x": b"", "outside/b.txt": b"theirs"}


def test_a_link_in_the_place_of_the_file_is_replaced_itself(tmp_path: Path) -> None:
    write_files(tmp_path, {"out/x": b"", "outside/b.txt": b"theirs"})
    (tmp_path / "out" / "b.txt").symlink_to(tmp_path / "outside" / "b.txt")
    create(tmp_path / "out", "b.txt", b"new")
    assert files_below(tmp_path) == {"out/b.txt": b"new", "out/x": b"", "outside/b.txt": b"theirs"}
    assert not (tmp_path / "out" / "b.txt").is_symlink()


def test_a_folder_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    """Between any two calls: the folder is a link to elsewhere from the second on."""
    write_files(tmp_path, {"out/a/x": b"", "outside/x": b""})
    with creating(tmp_path / "out", "a/b.txt") as writer:
        writer.write(b"new")
        (tmp_path / "out" / "a").rename(tmp_path / "out" / "moved")
        (tmp_path / "out" / "a").symlink_to(tmp_path / "outside")
        writer.commit()
    assert files_below(tmp_path) == {"out/moved/b.txt": b"new", "out/moved/x": b"", "outside/x": b""}


@pytest.mark.parametrize("mode", [None, 0o600, 0o644, 0o4755])
def test_the_mode_of_a_new_file(tmp_path: Path, mode: int | None) -> None:
    (tmp_path / "new").touch()
    create(tmp_path, "a.txt", b"", mode=mode)
    usual = stat.S_IMODE((tmp_path / "new").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == (usual if mode is None else mode & 0o777)


@pytest.mark.parametrize(
    ("first", "second", "fold"),
    [
        ("A.txt", "a.txt", str.casefold),
        ("é.txt", "e\u0301.txt", lambda name: name.replace("e\u0301", "é")),
        ("a.txt", "a.txt.", lambda name: name.rstrip(".")),
        ("Sub/a.txt", "sub/a.txt", str.casefold),
        ("Sub/a.txt", "sub/b.txt", str.casefold),
    ],
)
def test_name_clash_where_names_are_folded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str, fold: Callable[[str], str]
) -> None:
    """A folding file system, made of calls that look for the folded name when there is one."""
    real_stat, real_mkdir, real_open = os.stat, os.mkdir, os.open

    def found(name: str, folder: int | None) -> str:
        same = [there for there in os.listdir(folder) if fold(there) == fold(name)] if folder is not None else []
        return same[0] if same else name

    def folding_stat(name: str, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        return real_stat(found(name, dir_fd), dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    def folding_mkdir(name: str, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        real_mkdir(found(name, dir_fd), mode, dir_fd=dir_fd)

    def folding_open(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        return real_open(found(name, dir_fd), flags, mode, dir_fd=dir_fd)

    for name, call in (("stat", folding_stat), ("mkdir", folding_mkdir), ("open", folding_open)):
        monkeypatch.setattr(handles.os, name, call)
    create(tmp_path, first, b"first")
    assert _problem(lambda: create(tmp_path, second, b"second")).startswith("name clash: ")
    create(tmp_path, first, b"again")
    monkeypatch.undo()
    assert files_below(tmp_path) == {first: b"again"}


def test_names_that_are_not_folded_do_not_clash(tmp_path: Path) -> None:
    names = ["a.txt", "é.txt", "e\u0301.txt", "a.txt.", "Sub/a.txt"]
    try:
        for name in ["A.txt", "sub/a.txt"] * (not _folds(tmp_path)) + names:
            create(tmp_path, name, name.encode())
    finally:
        assert all(data == name.encode() for name, data in files_below(tmp_path).items())
    assert len(files_below(tmp_path)) == 7


def _folds(folder: Path) -> bool:
    (folder / "probe").mkdir()
    folds = (folder / "PROBE").exists()
    (folder / "probe").rmdir()
    return folds


# copying, the writer, sweeping


def test_copy_streams(tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    (tmp_path / "a").write_bytes(data)
    assert copy(tmp_path / "a", tmp_path / "out", "b/c")
    assert (tmp_path / "out/b/c").read_bytes() == data


def test_holes_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.truncate(tmp_path / "a", 1 << 40)
    assert _problem(lambda: copy(tmp_path / "a", tmp_path / "out", "a")) == "sparse: it is nearly all holes"
    assert files_below(tmp_path / "out") == {}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
def test_what_is_not_committed_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def stop() -> None:
        with creating(tmp_path, "a") as writer:
            writer.write(b"x")
            raise error

    with creating(tmp_path, "a") as writer:
        writer.write(b"x")
    with pytest.raises(error):
        stop()
    assert files_below(tmp_path) == {}


def test_a_file_that_could_not_be_made_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be looked for at the end of every run that is stopped, one for each try on a full disk."""

    def full(path: str, *arguments: object, **named: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    at_first = set(files._unfinished)
    writer = creating(tmp_path, "a.txt")
    before = set(files._unfinished)
    assert len(before - at_first) == 1
    with monkeypatch.context() as patch:
        below = Below(tmp_path)
        below.open([])
        patch.setattr(os, "open", full)
        with pytest.raises((FileProblem, OSError)):
            creating(tmp_path, "b.txt", below=below)
    assert files._unfinished == before
    writer.close()
    assert files._unfinished == at_first


def test_the_temporary_file_is_told_before_it_is_made(tmp_path: Path) -> None:
    told: list[Path] = []

    def tell(path: str) -> None:
        told.append(Path(path))
        assert not told[-1].exists()

    write_files(tmp_path, {"in/a": b"old"})
    with creating(tmp_path, "sub/a", tell=tell):
        assert stat.S_ISREG(told[-1].lstat().st_mode)
    with replacing(tmp_path / "in" / "a", (tmp_path / "in" / "a").stat(), tell=tell):
        assert stat.S_IMODE(told[-1].lstat().st_mode) == 0o600
    assert [path.parent for path in told] == [tmp_path / "sub", tmp_path / "in"]
    assert [path for path in told if path.exists()] == []


def test_sweep_removes_only_what_is_listed_and_ours(tmp_path: Path) -> None:
    ours, other = ".cleaner-0123456789abcdef.tmp", ".cleaner-fedcba9876543210.tmp"
    write_files(
        tmp_path, dict.fromkeys([f"out/{ours}", f"out/a/{ours}", f"out/{other}", "out/a.txt.tmp", f"x/{ours}"], b"")
    )
    (tmp_path / "out" / "link").symlink_to(tmp_path / "x")
    names = [
        ours,
        f"a/{ours}",
        "a.txt.tmp",
        f"../x/{ours}",
        f"link/{ours}",
        f"{tmp_path}/x/{ours}",
        "a",
        "",
        "gone/" + ours,
    ]
    assert sweep(tmp_path / "out", names) == [ours, f"a/{ours}"]
    assert sorted(files_below(tmp_path)) == [f"out/{other}", "out/a.txt.tmp", f"x/{ours}"]


def test_few_handles_are_enough(tmp_path: Path) -> None:
    """A path deeper than the handles that are left."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 6, hard))
    try:
        for number in range(40):
            create(tmp_path, "a/" * 60 + f"{number}.txt", b"x")
            with pytest.raises(FileProblem):
                create(tmp_path, "a/" * 60 + "x" * 300, b"x")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(files_below(tmp_path)) == 40
