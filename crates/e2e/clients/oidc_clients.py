"""authlib, an independent client of OpenID Connect, against a running platform. One argument: a JSON
object with the address of the platform, the cookie of a session that is logged in, the port of the
client, the secrets of two clients, and files with a message of the program's company and of another.
"""

import base64
import hashlib
import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.jwk import KeySet

GIVEN = json.loads(sys.argv[1])
BASE, PORT = GIVEN["base"], GIVEN["port"]
HERE = f"http://127.0.0.1:{PORT}"
NAME, VALUE = GIVEN["cookie"].split("=", 1)
LEAVING = []


class Listener(BaseHTTPRequestHandler):
    """The back channel of the client: takes logout tokens."""

    def do_POST(self):
        length = int(self.headers["content-length"])
        form = urllib.parse.parse_qs(self.rfile.read(length).decode())
        LEAVING.extend(form.get("logout_token", []))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def client(auth="client_secret_basic", name="authlib", secret=None):
    session = OAuth2Session(
        name,
        secret or GIVEN["secret"],
        scope="openid profile attributes",
        redirect_uri=f"{HERE}/back",
        code_challenge_method="S256",
        token_endpoint_auth_method=auth,
        revocation_endpoint_auth_method=auth,
    )
    session.trust_env = False
    return session


def browser():
    session = requests.Session()
    session.trust_env = False
    session.cookies.set(NAME, VALUE, path="/")
    return session


def keys(known):
    return KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=10).json())


def enter(known, auth):
    """From the address of the provider to checked tokens, as authlib does it."""
    session, verifier, nonce = client(auth), generate_token(64), generate_token(20)
    url, state = session.create_authorization_url(
        known["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    answer = browser().get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, (answer.status_code, answer.text[:300])
    location = answer.headers["location"]
    assert location.startswith(f"{HERE}/back?"), location
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    assert query["iss"] == [BASE], query
    token = session.fetch_token(
        known["token_endpoint"],
        authorization_response=location,
        state=state,
        code_verifier=verifier,
    )
    decoded = jwt.decode(token["id_token"], keys(known), algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"values": [BASE]}, "aud": {"values": ["authlib"]}},
        params={"nonce": nonce, "client_id": "authlib", "access_token": token["access_token"]},
    )
    claims.validate()
    digest = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return session, token, claims


def check_tokens(known):
    for auth in ("client_secret_basic", "client_secret_post"):
        session, token, claims = enter(known, auth)
        told = session.get(known["userinfo_endpoint"]).json()
        assert told["sub"] == claims["sub"] != GIVEN["login"], told
        assert told["kind"] == "staff" and "operator" in told["roles"], told
        assert "creditCode" not in told and "login" not in told, told
        assert claims["amr"] == ["pwd", "otp", "mfa"] and claims["acr"] == "2", claims
        print(f"{auth}: ok")
    return session, token, claims


def check_refresh(known, session, token):
    old = token["refresh_token"]
    fresh = session.refresh_token(known["token_endpoint"], refresh_token=old)
    assert fresh["refresh_token"] != old and fresh["access_token"] != token["access_token"]
    active = session.introspect_token(known["introspection_endpoint"], fresh["access_token"])
    assert active.json()["active"] is True, active.text
    assert active.json()["client_id"] == "authlib", active.text
    print("refresh and introspection: ok")
    gone = session.revoke_token(known["revocation_endpoint"], fresh["access_token"])
    assert gone.status_code == 200, gone.text
    told = session.introspect_token(known["introspection_endpoint"], fresh["access_token"])
    assert told.json() == {"active": False}, told.text
    def refresh(value):
        return session.post(
            known["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": value},
            auth=("authlib", GIVEN["secret"]),
            withhold_token=True,
        )

    # Who uses what he was given has heard the answer: the one before is of no use any more.
    assert refresh(fresh["refresh_token"]).status_code == 200
    again = refresh(old)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant", again.text
    print("revocation and reuse: ok")


def check_program(known):
    program = client(name="program", secret=GIVEN["programSecret"])
    program.scope = None
    program.fetch_token(known["token_endpoint"], grant_type="client_credentials")
    own = open(GIVEN["message"], "rb").read()
    answer = program.post(f"{BASE}/api/v1/messages", data=own)
    assert answer.status_code == 202, (answer.status_code, answer.text)
    own_id = answer.json()["id"]
    assert program.get(f"{BASE}/api/v1/messages/{own_id}").status_code == 200
    other = program.get(f"{BASE}/api/v1/messages/{GIVEN['other']}")
    assert other.status_code == 404, (other.status_code, other.text)
    print("program of a company: ok")


def check_logout(known):
    _, token, claims = enter(known, "client_secret_basic")
    person = browser()
    query = {
        "id_token_hint": token["id_token"],
        "post_logout_redirect_uri": f"{HERE}/left",
        "state": "s 1",
    }
    address = known["end_session_endpoint"] + "?" + urllib.parse.urlencode(query)
    answer = person.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, (answer.status_code, answer.text[:300])
    assert answer.headers["location"] == f"{HERE}/left?state=s+1", answer.headers
    print("logout by the client: ok")
    for _ in range(50):
        if LEAVING:
            break
        time.sleep(0.2)
    assert len(LEAVING) == 1, LEAVING
    decoded = jwt.decode(LEAVING[0], keys(known), algorithms=["RS256"])
    assert decoded.header["typ"] == "logout+jwt", decoded.header
    told = decoded.claims
    assert told["iss"] == BASE and told["aud"] == "authlib" and "nonce" not in told, told
    assert told["sid"] == claims["sid"] and told["sub"] == claims["sub"], told
    assert "http://schemas.openid.net/event/backchannel-logout" in told["events"], told
    assert told["exp"] > time.time() - 1 and told["jti"], told
    info = requests.get(
        known["userinfo_endpoint"],
        headers={"authorization": f"Bearer {token['access_token']}"},
        timeout=10,
    )
    assert info.status_code == 401, info.text
    print("back-channel logout: ok")


def main():
    server = HTTPServer(("127.0.0.1", PORT), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known = requests.get(f"{BASE}/.well-known/openid-configuration", timeout=10).json()
    assert known["issuer"] == BASE, known
    session, token, _ = check_tokens(known)
    check_refresh(known, session, token)
    check_program(known)
    check_logout(known)
    server.shutdown()


if __name__ == "__main__":
    main()
