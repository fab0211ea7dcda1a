"""Stored objects of every storage kind: the bytes as they were sent on disk, what their headers said, and stages over them."""
from __future__ import annotations

import base64
import dataclasses
import email.utils
import hashlib
import os
import pathlib
import shutil
import threading
import time

from stage_encryption import MasterKeys, Refused


@dataclasses.dataclass
class Object:
    key: str
    path: pathlib.Path
    size: int
    md5: str
    modified: float
    encryption: dict[str, str] | None  # key, iv, matdesc; None for an object in the clear
    digest: str


class ObjectStore:
    """Threads: any. Keys are `stages/<stage id>/<path>`; a folder for LOCAL_FS has the same shape and is read when asked."""

    def __init__(self, root: pathlib.Path, keys: MasterKeys):
        self.root, self.keys = root, keys
        self.objects: dict[str, Object] = {}
        self.lock = threading.Lock()
        self.serial = 0
        self.bytes_received = 0
        for name in ("objects", "scratch", "local"):
            (root / name).mkdir(parents=True, exist_ok=True)

    def scratch_path(self) -> pathlib.Path:
        with self.lock:
            self.serial += 1
            return self.root / "scratch" / str(self.serial)

    def put(self, key: str, body: pathlib.Path, encryption: dict[str, str] | None, digest: str) -> Object:
        """Keep the file `body` under `key`. Refused when it cannot be decrypted or its digest is another one."""
        if encryption is not None:
            plain = self.scratch_path()
            found = self.keys.decrypt_file(str(body), str(plain), encryption)
            plain.unlink()
            if digest and found != digest:
                raise Refused(f"sfc-digest is {digest}, the decrypted bytes have {found}")
        elif digest and (found := file_digest(body)) != digest:
            raise Refused(f"sfc-digest is {digest}, the bytes have {found}")
        target = self.root / "objects" / hashlib.sha256(key.encode() + os.urandom(8)).hexdigest()
        shutil.move(body, target)
        entry = Object(key, target, target.stat().st_size, file_md5(target), time.time(), encryption, digest)
        with self.lock:
            self.objects[key] = entry
            self.bytes_received += entry.size
        return entry

    def exists(self, key: str) -> bool:
        return key in self.objects

    def folder(self, key: str) -> pathlib.Path:
        """Where LOCAL_FS keeps the objects below `key`."""
        return self.root / "local" / key

    def list(self, prefix: str) -> list[Object]:
        with self.lock:
            found = {key: entry for key, entry in self.objects.items() if key.startswith(prefix)}
        local = self.root / "local"
        for path in local.rglob("*"):
            key = path.relative_to(local).as_posix()
            if path.is_file() and key.startswith(prefix):
                found[key] = Object(key, path, path.stat().st_size, file_md5(path), path.stat().st_mtime, None, "")
        return [found[key] for key in sorted(found)]

    def remove(self, entry: Object) -> None:
        with self.lock:
            self.objects.pop(entry.key, None)
        entry.path.unlink(missing_ok=True)

    def plain_file(self, entry: Object) -> pathlib.Path:
        """A file with the decrypted bytes; the caller removes it."""
        target = self.scratch_path()
        if entry.encryption is None:
            shutil.copyfile(entry.path, target)
        else:
            self.keys.decrypt_file(str(entry.path), str(target), entry.encryption)
        return target


def http_date(seconds: float) -> str:
    return email.utils.formatdate(seconds, usegmt=True)


def file_md5(path: pathlib.Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def file_digest(path: pathlib.Path) -> str:
    with open(path, "rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
