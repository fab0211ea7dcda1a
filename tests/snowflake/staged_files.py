"""PUT, LIST and REMOVE: what a stage holds, and where a client is told to upload."""
from __future__ import annotations

import re

import result_rows
from object_store import http_date
from result_rows import column
from sql_text import QUALIFIED, SqlError, literal, missing, options, syntax_error
from storage_service import ACCOUNT, BUCKET, REGION


def stage_path(warehouse, text: str, session) -> tuple[str, str, str, str]:
    """`@db.schema.stage/a/b`, quoted or not: (stage name, storage prefix, path below the stage, rest of the text)."""
    match = re.match(r"('(?:[^']|'')*'|@\S+)\s*(.*)$", text.strip(), re.S)
    place = literal(match.group(1)) if match else ""
    named = re.match(rf"@({QUALIFIED})(?:/(.*))?$", place, re.S)
    if not named:
        raise syntax_error(f"line 1 unexpected '{text[:40]}'")
    key = warehouse.resolve(named.group(1), session)
    if key not in warehouse.stages:
        raise missing("Stage", ".".join(key))
    return key[2].lower(), f"stages/{warehouse.stages[key]}/", re.sub("/+", "/", named.group(2) or ""), match.group(2)


def put(warehouse, match, session) -> dict:
    source = re.match(r"('(?:[^']|'')*'|\S+)\s+(.*)$", match.group(1), re.S)
    if not source or not literal(source.group(1)).startswith("file://"):
        raise syntax_error("line 1: PUT needs a file:// source")
    name, prefix, path, rest = stage_path(warehouse, source.group(2), session)
    given = options(rest)
    folder = prefix + (path.rstrip("/") + "/" if path.strip("/") else "")
    local = literal(source.group(1)).removeprefix("file://")
    info = stage_info(warehouse, folder, local.rsplit("/", 1)[-1])
    data = {"command": "UPLOAD", "src_locations": [local], "autoCompress": given.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE",
            "overwrite": given.get("OVERWRITE", "FALSE").upper() == "TRUE", "sourceCompression": "auto_detect", "parallel": int(given.get("PARALLEL", 4)),
            "threshold": warehouse.threshold, "clientShowEncryptionParameter": True, "kind": None, "operation": "Node",
            "encryptionMaterial": warehouse.store.keys.issue(session.smk_id_as_text) if info["isClientSideEncrypted"] else None,
            "stageInfo": info, "uploadInfo": info, "parameters": []}
    return {**result_rows.answer([], [], 0x7102), **data}


def stage_info(warehouse, folder: str, file_name: str) -> dict:
    mode = warehouse.put_mode
    info = {"locationType": "GCS" if mode.startswith("GCS") else mode, "location": f"{BUCKET}/{folder}", "path": folder, "region": REGION,
            "storageAccount": None, "isClientSideEncrypted": warehouse.encrypt, "creds": {}, "presignedUrl": None, "endPoint": None,
            "useS3RegionalUrl": False, "useRegionalUrl": False, "useVirtualUrl": False}
    if mode == "S3":
        info |= {"creds": warehouse.credentials.issue_s3(), "endPoint": f"s3.localhost:{warehouse.tls_port}"}
    elif mode == "AZURE":
        info |= {"creds": warehouse.credentials.issue_sas(), "endPoint": f"localhost:{warehouse.tls_port}", "storageAccount": ACCOUNT}
    elif mode == "GCS":
        info |= {"creds": warehouse.credentials.issue_gcs(), "endPoint": f"{warehouse.base_url}/gcs"}
    elif mode == "GCS_PRESIGNED":
        info |= {"presignedUrl": warehouse.credentials.presign(warehouse.base_url, folder + file_name)}
    elif mode == "LOCAL_FS":
        place = warehouse.store.folder(folder)
        place.mkdir(parents=True, exist_ok=True)
        info |= {"location": f"{place}/", "isClientSideEncrypted": False}
    else:
        raise SqlError("000002", "XX000", f"stub: no storage kind {mode}")
    return info


def listed(warehouse, text: str, session) -> tuple[str, str, list]:
    name, prefix, path, rest = stage_path(warehouse, text, session)
    if options(rest):
        raise SqlError("000002", "0A000", f"stub: options of LIST and REMOVE are not known here: {rest}")
    return name, prefix, warehouse.store.list(prefix + path)


def list_stage(warehouse, match, session) -> dict:
    name, prefix, entries = listed(warehouse, match.group(1), session)
    rows = [[f"{name}/{entry.key.removeprefix(prefix)}", entry.size, entry.md5, http_date(entry.modified)] for entry in entries]
    return result_rows.answer([column("name"), column("size", "fixed"), column("md5"), column("last_modified")], rows, 0x4701)


def remove(warehouse, match, session) -> dict:
    name, prefix, entries = listed(warehouse, match.group(1), session)
    for entry in entries:
        warehouse.store.remove(entry)
    rows = [[f"{name}/{entry.key.removeprefix(prefix)}", "removed"] for entry in entries]
    return result_rows.answer([column("name"), column("result")], rows, 0x7103)
