"""Archives are read without unpacking; what is hostile or broken is passed over or refused."""

import io
import tarfile
import zipfile

import pytest

from workbook.grading.intake.archives import ArchiveLimits, UnreadableArchive, read_archive

CODE = b"def relu_forward(x):\n    return x, x\n"


def python(name):
    return name.endswith(".py")


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def tarred(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return path


def info(name, size=0, kind=tarfile.REGTYPE, link=""):
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = size, kind, link
    return member


@pytest.mark.parametrize("form", ["folder", "zip", "tar"])
def test_the_three_forms_read_alike(tmp_path, form):
    if form == "folder":
        (tmp_path / "s" / "deep").mkdir(parents=True)
        (tmp_path / "s" / "deep" / "layers.py").write_bytes(CODE)
        (tmp_path / "s" / "essay.txt").write_text("no")
        path = tmp_path / "s"
    elif form == "zip":
        path = zipped(tmp_path / "s.zip", [("deep/layers.py", CODE), ("essay.txt", b"no")])
    else:
        members = [(info("deep/layers.py", len(CODE)), CODE), (info("essay.txt", 2), b"no")]
        path = tarred(tmp_path / "s.tar.gz", members)
    assert read_archive(path, python).files == {"deep/layers.py": CODE}


def test_windows_separators_and_odd_encodings_are_names_like_others(tmp_path):
    path = zipped(tmp_path / "s.zip", [("作业\\layers.py", CODE)])
    assert list(read_archive(path, python).files) == ["作业/layers.py"]


@pytest.mark.parametrize("name", ["../../layers.py", "/etc/layers.py", "C:/layers.py"])
def test_a_path_outside_is_passed_over_and_noted(tmp_path, name):
    contents = read_archive(zipped(tmp_path / "s.zip", [(name, CODE)]), python)
    assert contents.files == {}
    assert "leads outside" in contents.notes[0]


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path):
    members = [
        (info("layers.py", kind=tarfile.SYMTYPE, link="/etc/passwd"), b""),
        (info("optim.py", kind=tarfile.CHRTYPE), b""),
        (info("good.py", len(CODE)), CODE),
    ]
    contents = read_archive(tarred(tmp_path / "s.tar.gz", members), python)
    assert list(contents.files) == ["good.py"]
    assert ["a link" in contents.notes[0], "a device" in contents.notes[1]] == [True, True]


def test_a_link_in_a_zip_is_passed_over(tmp_path):
    link = zipfile.ZipInfo("layers.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    contents = read_archive(tmp_path / "s.zip", python)
    assert (contents.files, len(contents.notes)) == ({}, 1)


def test_a_link_in_a_folder_is_passed_over(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "secret").write_bytes(CODE)
    try:
        (tmp_path / "s" / "layers.py").symlink_to(tmp_path / "secret")
    except OSError:
        pytest.skip("this system makes no links")
    assert read_archive(tmp_path / "s", python).files == {}


def test_a_bomb_is_not_unpacked(tmp_path):
    path = zipped(tmp_path / "s.zip", [("layers.py", b"#" * 50_000_000)])
    assert path.stat().st_size < 100_000
    assert read_archive(path, python).too_large == {"layers.py": 50_000_000}


def test_a_tar_bomb_is_refused(tmp_path):
    size = 60_000_000
    path = tarred(tmp_path / "s.tar.gz", [(info("big.bin", size), b"\0" * size)])
    with pytest.raises(UnreadableArchive, match="far more"):
        read_archive(path, python, ArchiveLimits(ratio=20, bytes_all=1_000_000))


def test_a_size_that_the_header_lies_about_is_noticed(tmp_path):
    path = zipped(tmp_path / "s.zip", [("layers.py", b"#" * 3000)])
    data = path.read_bytes().replace((3000).to_bytes(4, "little"), (3).to_bytes(4, "little"))
    path.write_bytes(data)
    try:
        contents = read_archive(path, python, ArchiveLimits(bytes_each=1000))
    except UnreadableArchive:
        return
    assert len(contents.files.get("layers.py", b"")) <= 1000


def test_too_many_members_are_refused(tmp_path):
    path = zipped(tmp_path / "s.zip", [(f"f{k}.txt", b"") for k in range(12)])
    with pytest.raises(UnreadableArchive, match="more than 10"):
        read_archive(path, python, ArchiveLimits(members=10))


def test_the_same_name_twice_with_other_code_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zipped(tmp_path / "s.zip", [("layers.py", CODE), ("layers.py", CODE + b"#")])
    with pytest.raises(UnreadableArchive, match="twice"):
        read_archive(path, python)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"hello", "neither a folder"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x1f\x8b broken", "damaged"),
    ],
)
def test_what_is_no_archive_says_so(tmp_path, data, reason):
    path = tmp_path / "s.zip"
    path.write_bytes(data)
    with pytest.raises(UnreadableArchive, match=reason):
        read_archive(path, python)


def test_a_cut_off_archive_is_damaged(tmp_path):
    path = tarred(tmp_path / "s.tar.gz", [(info("layers.py", 90_000), bytes(range(256)) * 352)])
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UnreadableArchive, match="damaged"):
        read_archive(path, python)
