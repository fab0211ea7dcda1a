"""Client-side encryption of staged files, seen from the server: who issued which master key, and reading an object."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import threading
import uuid

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Refused(Exception):
    """An object that does not fit what was promised about it."""


def remove_padding(data: bytes) -> bytes:
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(data) + unpadder.finalize()


class MasterKeys:
    """Every PUT answer gets a key of its own, so that mixing two answers is noticed."""

    def __init__(self, key_bytes: int = 16):
        self.key_bytes = key_bytes
        self.issued: dict[tuple[str, str], bytes] = {}
        self.lock = threading.Lock()

    def issue(self, id_as_text: bool) -> dict:
        key, query, number = os.urandom(self.key_bytes), str(uuid.uuid4()), 2**63 - 1 - secrets.randbelow(10**6)
        with self.lock:
            self.issued[(query, str(number))] = key
        return {"queryStageMasterKey": base64.b64encode(key).decode(), "queryId": query, "smkId": str(number) if id_as_text else number}

    def find(self, description: str) -> bytes:
        fields = json.loads(description)
        if not all(isinstance(fields.get(name), str) for name in ("queryId", "smkId", "keySize")):
            raise Refused("matdesc: queryId, smkId and keySize must be texts")
        key = self.issued.get((fields["queryId"], fields["smkId"]))
        if key is None:
            raise Refused("matdesc names a master key that was not issued")
        if int(fields["keySize"]) != len(key) * 8:
            raise Refused(f"matdesc says keySize {fields['keySize']}, the key has {len(key) * 8} bits")
        return key

    def decrypt_file(self, stored: str, plain: str, encryption: dict[str, str]) -> str:
        """Decrypt the file `stored` into `plain`; the digest (base64 of SHA-256) of the plain bytes."""
        try:
            wrapping = Cipher(algorithms.AES(self.find(encryption["matdesc"])), modes.ECB()).decryptor()
            file_key = remove_padding(wrapping.update(base64.b64decode(encryption["key"])) + wrapping.finalize())
            body = Cipher(algorithms.AES(file_key), modes.CBC(base64.b64decode(encryption["iv"]))).decryptor()
            unpadder, digest = padding.PKCS7(128).unpadder(), hashlib.sha256()
            with open(stored, "rb") as source, open(plain, "wb") as target:
                while block := source.read(1 << 20):
                    text = unpadder.update(body.update(block))
                    digest.update(text)
                    target.write(text)
                text = unpadder.update(body.finalize()) + unpadder.finalize()
                digest.update(text)
                target.write(text)
        except ValueError as error:
            raise Refused(f"the object cannot be decrypted: {error}") from error
        return base64.b64encode(digest.digest()).decode()
