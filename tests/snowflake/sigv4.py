"""AWS Signature Version 4, recomputed from a request as it arrived (docs: "Authenticating Requests: Using the Authorization Header")."""
from __future__ import annotations

import hashlib
import hmac
import re
import urllib.parse


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signing_key(secret: str, date: str, region: str, service: str = "s3") -> bytes:
    return _hmac(_hmac(_hmac(_hmac(("AWS4" + secret).encode(), date), region), service), "aws4_request")


def canonical_query(query: str) -> str:
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    encoded = sorted((urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def canonical_request(method: str, path: str, query: str, headers: dict[str, str], signed: list[str]) -> str:
    lines = "".join(f"{name}:{re.sub(' +', ' ', headers[name].strip())}\n" for name in signed)
    return "\n".join([method, path, canonical_query(query), lines, ";".join(signed), headers["x-amz-content-sha256"]])


def fault_of(method: str, path: str, query: str, headers: dict[str, str], keys: dict[str, str], region: str) -> str | None:
    """Why the signature is refused; None when it is right. `headers` by lower-case name; `keys` from id to secret."""
    match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
                         headers.get("authorization", ""))
    if not match:
        return "the Authorization header is not SigV4"
    key_id, date, signed_region, service, names, signature = match.groups()
    signed = names.split(";")
    if key_id not in keys:
        return f"unknown access key {key_id}"
    if (signed_region, service) != (region, "s3"):
        return f"signed for {signed_region}/{service}, this is {region}/s3"
    absent = [name for name in headers if name == "host" or name.startswith("x-amz-") if name not in signed]
    if absent or signed != sorted(signed) or any(name not in headers for name in signed):
        return f"signed headers are wrong: {names}; not signed: {absent}"
    request = canonical_request(method, path, query, headers, signed)
    scope = f"{date}/{signed_region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", headers.get("x-amz-date", ""), scope, hashlib.sha256(request.encode()).hexdigest()])
    expected = hmac.new(signing_key(keys[key_id], date, signed_region), text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(expected, signature) else "SignatureDoesNotMatch"
