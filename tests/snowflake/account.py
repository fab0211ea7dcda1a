"""Users, logins and session tokens of the stub's account."""
from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import secrets
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from sql_text import SqlError, identifier


@dataclasses.dataclass
class User:
    name: str
    password: str = ""
    public_key: object = None  # an RSA public key
    tokens: dict[str, str] = dataclasses.field(default_factory=dict)  # authenticator -> token


@dataclasses.dataclass
class Session:
    number: int
    user: str
    database: str | None
    schema: str | None
    warehouse: str | None
    role: str | None
    smk_id_as_text: bool
    cursor: object = None
    gone: bool = False


class LoginError(SqlError):
    def __init__(self, code: str, message: str):
        super().__init__(code, "08001", message)


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check_jwt(token: str, account: str, user: User, now: float) -> None:
    """Signature, issuer with fingerprint, subject, life time; times in seconds or (as the Node driver sends) milliseconds."""
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(_decode(head)), json.loads(_decode(body))
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except (ValueError, KeyError) as error:
        raise LoginError("390144", f"JWT token is invalid. [{error}]") from error
    der = user.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    subject = f"{account.upper()}.{user.name.upper()}"
    issuer = f"{subject}.SHA256:{base64.b64encode(hashlib.sha256(der).digest()).decode()}"
    scale = 1000 if expires > 1e11 else 1
    faults = []
    if header.get("alg") != "RS256":
        faults.append("alg")
    if claims.get("sub") != subject:
        faults.append("sub")
    if claims.get("iss") != issuer:
        faults.append("iss")
    if not now - 60 < expires / scale <= issued / scale + 3600 or issued / scale > now + 60:
        faults.append("iat/exp")
    try:
        user.public_key.verify(_decode(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        faults.append("signature")
    if faults:
        raise LoginError("390144", f"JWT token is invalid. [stub: {', '.join(faults)}]")


class Account:
    def __init__(self, name: str = "ACME", now=time.time):
        self.name, self.now = name, now
        self.users: dict[str, User] = {}
        self.databases: dict[str, set[str]] = {"DB1": {"PUBLIC"}}
        self.warehouses, self.roles = {"WH1"}, {"LOADER", "PUBLIC"}
        self.sessions: dict[str, Session] = {}  # by session token
        self.masters: dict[str, Session] = {}
        self.expired: set[str] = set()
        self.count = 0
        self.lock = threading.Lock()

    def check_credentials(self, body: dict) -> User:
        name = identifier(body.get("LOGIN_NAME") or "")
        authenticator = (body.get("AUTHENTICATOR") or "SNOWFLAKE").upper()
        user = self.users.get(name)
        if authenticator == "SNOWFLAKE_JWT":
            if user is None or user.public_key is None:
                raise LoginError("390144", "JWT token is invalid.")
            check_jwt(body.get("TOKEN") or "", self.name, user, self.now())
        elif authenticator in {"OAUTH", "PROGRAMMATIC_ACCESS_TOKEN"}:
            if user is None or not secrets.compare_digest(user.tokens.get(authenticator, ""), body.get("TOKEN") or "-"):
                raise LoginError("390303", "Invalid OAuth access token.")
        elif user is None or not user.password or user.password != body.get("PASSWORD"):
            raise LoginError("390100", "Incorrect username or password was specified.")
        return user

    def login(self, query: dict[str, str], body: dict) -> dict:
        if (body.get("ACCOUNT_NAME") or "").split(".")[0].upper() != self.name:
            raise LoginError("390100", "Incorrect username or password was specified.")
        user = self.check_credentials(body)
        wanted = {key: identifier(query[key]) if query.get(key) else None for key in ("databaseName", "schemaName", "warehouse", "roleName")}
        if (body.get("SESSION_PARAMETERS") or {}).get("CLIENT_VALIDATE_DEFAULT_PARAMETERS"):
            self.check_names(wanted)
        with self.lock:
            self.count += 1
            session = Session(self.count, user.name, wanted["databaseName"], wanted["schemaName"], wanted["warehouse"], wanted["roleName"] or "PUBLIC",
                              bool((body.get("CLIENT_CAPABILITIES") or {}).get("SMK_ID_AS_STRING")))
            token, master = self.issue(session)
        return {"masterToken": master, "token": token, "validityInSeconds": 3600, "masterValidityInSeconds": 14400,
                "displayUserName": user.name, "serverVersion": "9.0.0-stub", "firstLogin": False, "remMeToken": None,
                "remMeValidityInSeconds": 0, "healthCheckInterval": 45, "newClientForUpgrade": None, "sessionId": session.number,
                "parameters": [{"name": "AUTOCOMMIT", "value": True}, {"name": "TIMEZONE", "value": "UTC"},
                               {"name": "CLIENT_SESSION_KEEP_ALIVE", "value": False}],
                "sessionInfo": {"databaseName": session.database, "schemaName": session.schema, "warehouseName": session.warehouse,
                                "roleName": session.role},
                "idToken": None, "responseData": None, "mfaToken": None}

    def check_names(self, wanted: dict[str, str | None]) -> None:
        database, schema = wanted["databaseName"], wanted["schemaName"]
        for kind, name, known in (("database", database, self.databases), ("warehouse", wanted["warehouse"], self.warehouses),
                                  ("role", wanted["roleName"], self.roles), ("schema", schema, self.databases.get(database or "", ()))):
            if name is not None and name not in known:
                raise LoginError("390201", f"The requested {kind} does not exist or not authorized.")

    def issue(self, session: Session) -> tuple[str, str]:
        token, master = f"ver:3-hint:{secrets.token_hex(24)}", f"ver:3-hint:{secrets.token_hex(24)}"
        self.sessions[token], self.masters[master] = session, session
        return token, master

    def find(self, authorization: str) -> Session:
        """The session of an Authorization header; an error the way the service words it."""
        token = self.token_of(authorization)
        session = self.sessions.get(token)
        if session is None:
            raise LoginError("390104", "Session token is invalid.")
        if session.gone:
            raise LoginError("390111", "Session no longer exists. New login required to access the service.")
        if token in self.expired:
            raise LoginError("390112", "Your session has expired. Please login again.")
        return session

    @staticmethod
    def token_of(authorization: str) -> str:
        return authorization.partition('Token="')[2].rstrip('"')

    def renew(self, authorization: str, old_token: str) -> dict:
        with self.lock:
            master = self.token_of(authorization)
            session = self.masters.get(master)
            if session is None or session.gone or self.sessions.get(old_token) is not session:
                raise LoginError("390115", "Master token is invalid.")
            if master in self.expired:
                raise LoginError("390114", "Authentication token has expired. The user must authenticate again.")
            self.expired.add(old_token)
            del self.masters[master]
            token, new_master = self.issue(session)
        return {"sessionToken": token, "validityInSecondsST": 3600, "masterToken": new_master, "validityInSecondsMT": 14400,
                "sessionId": session.number}

    def expire(self, what: str) -> None:
        """what: "tokens" (390112 until renewed), "masters" (renewal fails too), "sessions" (390111)."""
        with self.lock:
            self.expired |= set(self.sessions) if what == "tokens" else set(self.masters) if what == "masters" else set()
            if what == "sessions":
                for session in self.sessions.values():
                    session.gone = True
