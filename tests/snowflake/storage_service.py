"""The storage endpoints that a PUT answer names: an S3 kind that checks SigV4, Azure with SAS, GCS with a token or presigned.

Every upload is decrypted and its digest compared at once; what does not fit is refused with 400 and the reason.
"""
from __future__ import annotations

import base64
import dataclasses
import json
import pathlib
import re
import secrets
import urllib.parse

import sigv4
from object_store import ObjectStore
from stage_encryption import Refused

BUCKET, ACCOUNT, REGION = "sfc-stub-bkt", "stubaccount", "us-west-2"


@dataclasses.dataclass
class StorageRequest:
    method: str
    path: str
    query: str
    headers: dict[str, str]  # by lower-case name
    body: pathlib.Path | None  # in scratch; the service may take it

    @property
    def parameters(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.query, keep_blank_values=True))


@dataclasses.dataclass
class StorageAnswer:
    status: int
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""


def s3_error(status: int, code: str, message: str = "") -> StorageAnswer:
    return StorageAnswer(status, {"Content-Type": "application/xml"}, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())


class Credentials:
    """What PUT answers hand out; `rotate` makes everything handed out before expire."""

    def __init__(self):
        self.s3: dict[str, str] = {}
        self.s3_tokens: set[str] = set()
        self.sas: set[str] = set()
        self.gcs: set[str] = set()
        self.presigned: dict[str, str] = {}

    def rotate(self) -> None:
        self.s3_tokens.clear()
        self.sas.clear()
        self.gcs.clear()
        self.presigned.clear()

    def issue_s3(self) -> dict[str, str]:
        key, secret, token = secrets.token_hex(10).upper(), secrets.token_urlsafe(30), secrets.token_urlsafe(60)
        self.s3[key] = secret
        self.s3_tokens.add(token)
        return {"AWS_KEY_ID": key, "AWS_SECRET_KEY": secret, "AWS_TOKEN": token, "AWS_ID": key, "AWS_KEY": secret}

    def issue_sas(self) -> dict[str, str]:
        signature = secrets.token_hex(16)
        self.sas.add(signature)
        return {"AZURE_SAS_TOKEN": f"?sv=2025-01-05&sp=rw&sig={signature}%2B"}

    def issue_gcs(self) -> dict[str, str]:
        token = secrets.token_urlsafe(40)
        self.gcs.add(token)
        return {"GCS_ACCESS_TOKEN": token}

    def presign(self, base: str, key: str) -> str:
        signature = secrets.token_hex(16)
        self.presigned[signature] = key
        return f"{base}/gcs/{BUCKET}/{urllib.parse.quote(key)}?X-Goog-Signature={signature}"


class StorageService:
    def __init__(self, store: ObjectStore, credentials: Credentials):
        self.store, self.credentials = store, credentials
        self.parts: dict[str, dict] = {}  # multipart uploads and blocks, by upload id or key
        self.requests: list[tuple[str, str]] = []

    def serves(self, host: str, path: str) -> bool:
        return host.startswith((f"{BUCKET}.s3.", f"{ACCOUNT}.blob.")) or path.startswith("/gcs/")

    def answer(self, request: StorageRequest, skip_store: bool) -> StorageAnswer:
        """`skip_store`: say that it was stored and forget it."""
        host = request.headers.get("host", "")
        self.requests.append((request.method, request.path))
        try:
            if host.startswith(f"{BUCKET}.s3."):
                return self.s3(request, skip_store)
            if host.startswith(f"{ACCOUNT}.blob."):
                return self.azure(request, skip_store)
            return self.gcs(request, skip_store)
        except (Refused, KeyError, ValueError) as error:
            return s3_error(400, "BadDigest", f"stub: {type(error).__name__} {error}")

    # S3
    def s3(self, request: StorageRequest, skip_store: bool) -> StorageAnswer:
        headers, parameters = request.headers, request.parameters
        fault = sigv4.fault_of(request.method, request.path, request.query, headers, self.credentials.s3, REGION)
        if fault:
            return s3_error(403, "SignatureDoesNotMatch", fault)
        if headers.get("x-amz-security-token") not in self.credentials.s3_tokens:
            return s3_error(400, "ExpiredToken", "The provided token has expired.")
        key = urllib.parse.unquote(request.path.lstrip("/"))
        if request.method == "HEAD":
            return StorageAnswer(200 if self.store.exists(key) else 404)
        if request.method == "POST" and "uploads" in parameters:
            upload = secrets.token_hex(8)
            self.parts[upload] = {"headers": headers, "parts": {}}
            return StorageAnswer(200, {}, f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode())
        if "uploadId" in parameters:
            return self.s3_multipart(request, key, skip_store)
        if request.method != "PUT":
            return s3_error(405, "MethodNotAllowed")
        if headers.get("if-none-match") == "*" and self.store.exists(key):
            return s3_error(412, "PreconditionFailed")
        return self.keep(key, request.body, s3_encryption(headers), s3_digest(headers), skip_store)

    def s3_multipart(self, request: StorageRequest, key: str, skip_store: bool) -> StorageAnswer:
        upload = self.parts.get(request.parameters["uploadId"])
        if upload is None:
            return s3_error(404, "NoSuchUpload")
        if request.method == "DELETE":
            del self.parts[request.parameters["uploadId"]]
            return StorageAnswer(204)
        if request.method == "PUT":
            tag = secrets.token_hex(16)
            upload["parts"][int(request.parameters["partNumber"])] = (tag, request.body)
            return StorageAnswer(200, {"ETag": f'"{tag}"'})
        named = re.findall(r"<Part>(.*?)</Part>", request.body.read_text(), re.S)
        order = [(int(re.search(r"<PartNumber>(\d+)<", part).group(1)), re.search(r'<ETag>(?:"|&quot;)?(\w+)', part).group(1)) for part in named]
        if order != sorted(order) or any(upload["parts"].get(number, ("",))[0] != tag for number, tag in order):
            return s3_error(400, "InvalidPart")
        whole = self.join([upload["parts"][number][1] for number, _ in order])
        answer = self.keep(key, whole, s3_encryption(upload["headers"]), s3_digest(upload["headers"]), skip_store)
        answer.body = b"<CompleteMultipartUploadResult/>" if answer.status == 200 else answer.body
        return answer

    # Azure
    def azure(self, request: StorageRequest, skip_store: bool) -> StorageAnswer:
        headers, parameters = request.headers, request.parameters
        if parameters.get("sig", "").rstrip("+") not in self.credentials.sas:
            return StorageAnswer(403, {"x-ms-error-code": "AuthenticationFailed"}, b"Signature not valid in the specified time frame")
        key = urllib.parse.unquote(request.path.lstrip("/")).partition("/")[2]
        if request.method == "HEAD":
            return StorageAnswer(200 if self.store.exists(key) else 404)
        if parameters.get("comp") == "block":
            self.parts.setdefault(key, {"parts": {}})["parts"][parameters["blockid"]] = request.body
            return StorageAnswer(201)
        if headers.get("if-none-match") == "*" and self.store.exists(key):
            return StorageAnswer(409, {"x-ms-error-code": "BlobAlreadyExists"})
        body = request.body
        if parameters.get("comp") == "blocklist":
            names = re.findall(r"<(?:Latest|Uncommitted)>(.*?)</", request.body.read_text())
            body = self.join([self.parts[key]["parts"][name] for name in names])
        elif headers.get("x-ms-blob-type") != "BlockBlob":
            return StorageAnswer(400, {}, b"x-ms-blob-type is missing")
        answer = self.keep(key, body, document_encryption(headers, "x-ms-meta-"), headers.get("x-ms-meta-sfcdigest", ""), skip_store)
        return StorageAnswer(201) if answer.status == 200 else answer

    # GCS
    def gcs(self, request: StorageRequest, skip_store: bool) -> StorageAnswer:
        headers = request.headers
        key = urllib.parse.unquote(request.path.removeprefix("/gcs").lstrip("/")).partition("/")[2]
        signature = request.parameters.get("X-Goog-Signature")
        if signature is None and headers.get("authorization", "").removeprefix("Bearer ") not in self.credentials.gcs:
            return StorageAnswer(401)
        if signature is not None and self.credentials.presigned.get(signature) != key:
            return StorageAnswer(400, {}, b"<Error><Code>ExpiredToken</Code></Error>")
        if request.method in {"HEAD", "GET"}:
            return StorageAnswer(200 if self.store.exists(key) else 404)
        return self.keep(key, request.body, document_encryption(headers, "x-goog-meta-"), headers.get("x-goog-meta-sfc-digest", ""), skip_store)

    def keep(self, key: str, body: pathlib.Path, encryption: dict | None, digest: str, skip_store: bool) -> StorageAnswer:
        if skip_store:
            return StorageAnswer(200, {"ETag": f'"{secrets.token_hex(16)}"'})
        entry = self.store.put(key, body, encryption, digest)
        return StorageAnswer(200, {"ETag": f'"{entry.md5}"'})

    def join(self, pieces: list[pathlib.Path]) -> pathlib.Path:
        whole = self.store.scratch_path()
        with open(whole, "wb") as out:
            for piece in pieces:
                out.write(piece.read_bytes())
        return whole


def s3_encryption(headers: dict[str, str]) -> dict[str, str] | None:
    if "x-amz-meta-x-amz-key" not in headers:
        return None
    return {name: headers[f"x-amz-meta-x-amz-{name}"] for name in ("key", "iv", "matdesc")}


def s3_digest(headers: dict[str, str]) -> str:
    """The Node driver spells the name with an underscore."""
    return headers.get("x-amz-meta-sfc-digest") or headers.get("x-amz-meta-sfc_digest", "")


def document_encryption(headers: dict[str, str], prefix: str) -> dict[str, str] | None:
    """Azure and GCS: one JSON document."""
    if not headers.get(prefix + "encryptiondata"):
        return None
    document = json.loads(headers[prefix + "encryptiondata"])
    if document["WrappedContentKey"]["Algorithm"] != "AES_CBC_256" or document["EncryptionAgent"]["EncryptionAlgorithm"] not in {"AES_CBC_128", "AES_CBC_256"}:
        raise Refused("encryptiondata names other algorithms")
    base64.b64decode(document["ContentEncryptionIV"], validate=True)
    return {"key": document["WrappedContentKey"]["EncryptedKey"], "iv": document["ContentEncryptionIV"], "matdesc": headers[prefix + "matdesc"]}
