//! Routes outside the API are open for a reason. Those of the API need no such check: `registry::routes!` takes no
//! handler that does not ask who calls, and describes what it routes. They must be served, though.

use crate::source::{all_used, files, read, report, rust};

/// Routes that anybody may call, and why.
const OPEN: &[(&str, &str)] = &[
    (
        "/cas/login",
        "how people come to be known, for other systems",
    ),
    (
        "/cas/logout",
        "ends the caller's own session; the protocol has it as a plain GET",
    ),
    ("/cas/validate", "opens by a one-time ticket"),
    ("/cas/serviceValidate", "opens by a one-time ticket"),
    ("/cas/proxyValidate", "opens by a one-time ticket"),
    ("/cas/p3/serviceValidate", "opens by a one-time ticket"),
    ("/cas/p3/proxyValidate", "opens by a one-time ticket"),
    ("/cas/proxy", "opens by a granting ticket"),
    (
        "/.well-known/openid-configuration",
        "what the provider can do, the same for all",
    ),
    ("/oauth2/jwks", "public keys, the same for all"),
    (
        "/oauth2/authorize",
        "how people come to be known to other systems; asks for the session itself",
    ),
    ("/oauth2/token", "asks the client who it is"),
    ("/oauth2/revoke", "asks the client who it is"),
    ("/oauth2/introspect", "asks the client who it is"),
    ("/oauth2/userinfo", "opens by an access token"),
    (
        "/oauth2/logout",
        "ends the caller's own session, by a signed hint or after a question",
    ),
    ("/", "leads to the console"),
    (
        "/live",
        "exists in the demo only, where all data are synthetic",
    ),
    (
        "/clinic",
        "exists in the demo only; it examines what is put in and keeps nothing",
    ),
    ("/login", "how people come to be known"),
    ("/login/second", "asks for the session of the first step"),
    (
        "/login/second/passkey",
        "asks for the session of the first step",
    ),
    (
        "/login/passkey",
        "how people come to be known, by a passkey",
    ),
    (
        "/login/foreign/{source}",
        "how people come to be known, through another system",
    ),
    (
        "/login/foreign/{source}/callback",
        "opens by the one-time state of this browser",
    ),
    (
        "/login/foreign/{source}/bind",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/passkey/options",
        "a question to a passkey; what is about a person asks for the session",
    ),
    ("/passkey.js", "the script of the pages, the same for all"),
    ("/copy.js", "a script without data, the same for all"),
    ("/logout", "ends the caller's own session, with its token"),
    ("/activate", "opens by a one-time link"),
    (
        "/register",
        "how companies come to be known; an address may try so often",
    ),
    (
        "/register/sample-licence.pdf",
        "a file that says nothing, in the demo only",
    ),
    (
        "/bootstrap",
        "opens by the one-time token of the first start",
    ),
    (
        "/account",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/password",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/totp",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/recovery",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/elsewhere",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/passkey",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/passkey/rename",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/passkey/remove",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/confirm",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/confirm/passkey",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/account/foreign/{source}/unbind",
        "asks for the session itself, and leads to the login",
    ),
    (
        "/messages/{id}",
        "exists in the demo only, where all data are synthetic",
    ),
    (
        "/healthz",
        "a probe: says that the process lives, nothing else",
    ),
    (
        "/readyz",
        "a probe: says whether it is ready; why not only to those inside",
    ),
    (
        "/metrics",
        "numbers without names of companies; for those inside, whom it knows itself",
    ),
    (
        "/179/{code}/platDataOpen",
        "where customs ask by announcement 179; tells nothing, and has limits of its own",
    ),
    ("/docs/codes/{code}", "the knowledge base, the same for all"),
    ("/docs/protocol/kinds", "the standard, the same for all"),
    ("/docs/standard", "leads to the standard"),
    ("/docs/standard/", "the standard, the same for all"),
    ("/docs/standard/{file}", "the standard, the same for all"),
    (
        "/docs/protocol/kinds/{kind}",
        "the standard, the same for all",
    ),
    ("/api/docs", "the description of the API, the same for all"),
    (
        "/api/openapi.json",
        "the description of the API, the same for all",
    ),
    ("/console", "leads to the console"),
    (
        "/console/",
        "the console's program, the same for all; its data come from the API",
    ),
    (
        "/console/{*path}",
        "the console's program, the same for all; its data come from the API",
    ),
];

/// Calls that route a path by hand.
const CALLS: [&str; 3] = [".route(", "SwaggerUi::new(", ".url("];

fn quoted(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

/// The file and path of every route that is made by hand.
fn routes() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let served = files("crates/tongguan/src", ".rs").into_iter();
    for file in served.filter(|file| !file.is_test()) {
        // The tests at the end of a file route to what they make up.
        let served = file.text.split("#[cfg(test)]\nmod tests {").next();
        for call in CALLS {
            let calls = served.unwrap_or_default().split(call).skip(1);
            let paths = calls.filter_map(quoted).map(str::to_owned);
            found.extend(paths.map(|path| (file.path.clone(), path)));
        }
    }
    found
}

#[test]
fn every_route_outside_the_api_is_open_for_a_reason() {
    let routes = routes();
    let found: Vec<String> = routes
        .iter()
        .filter(|(_, path)| OPEN.iter().all(|(open, _)| open != path))
        .map(|(file, path)| format!("{file}: {path}"))
        .collect();
    report(
        &found,
        "A route of the API goes through `registry::routes!` in its module. One for everybody goes on the list \
         OPEN in crates/tidy/src/routes.rs with its reason.",
    );
    all_used(OPEN.iter().map(|(path, _)| *path), |path| {
        routes.iter().any(|(_, routed)| routed == path)
    });
}

/// The module of a file as other crates name it: `crates/x/src/a/http.rs` is `x::a::http`.
fn module_of(path: &str) -> String {
    let path = path.trim_start_matches("crates/").trim_end_matches(".rs");
    let path = path.replacen("/src/", "/", 1);
    path.trim_end_matches("/mod").replace('/', "::")
}

#[test]
fn every_module_s_routes_are_served() {
    let gathered = read("crates/tongguan/src/app/api.rs");
    let found: Vec<String> = rust()
        .iter()
        .filter(|file| !file.is_test() && file.text.contains("pub fn routes() -> Routes<"))
        .map(|file| format!("{}::routes()", module_of(&file.path)))
        .filter(|call| !gathered.contains(call.as_str()))
        .collect();
    report(
        &found,
        "These routes are described and served by nobody: merge them in crates/tongguan/src/app/api.rs.",
    );
}
