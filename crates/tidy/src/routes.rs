//! Every route asks who calls, or is open for a reason; every described path is routed.

use crate::source::{File, all_used, files, report};
use std::collections::BTreeSet;

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
        "how people come to be known, by the word of another house",
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

/// A route as the source has it: where, path, and the text of its handlers.
struct Route {
    file: String,
    path: String,
    handlers: String,
}

/// The text up to the bracket that closes the one before it.
fn until_closed(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

fn quoted(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn routes() -> Vec<Route> {
    let mut found = Vec::new();
    let served = files("crates/tongguan/src", ".rs").into_iter();
    for file in served.filter(|file| !file.is_test()) {
        // The tests at the end of a file route to what they make up.
        let served = file.text.split("#[cfg(test)]\nmod tests {").next();
        for call in [".route(", "SwaggerUi::new(", ".url("] {
            for rest in served.unwrap_or_default().split(call).skip(1) {
                let inside = until_closed(rest);
                let Some(path) = quoted(inside) else { continue };
                found.push(Route {
                    file: file.path.clone(),
                    path: path.to_owned(),
                    handlers: inside.to_owned(),
                });
            }
        }
    }
    found
}

/// The text of the function that a path such as `exchange::intake::http::submit` names.
fn function(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let name = parts.pop()?;
    let krate = (!parts.is_empty()).then(|| parts.remove(0))?;
    let folder = format!("crates/{krate}/src/{}", parts.join("/"));
    let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
    let file = files(&format!("crates/{krate}/src"), ".rs")
        .into_iter()
        .find(|file| candidates.contains(&file.path))?;
    let body = file.text.split_once(&format!("fn {name}("))?.1;
    Some(body.split("\n}\n").next().unwrap_or(body).to_owned())
}

fn asks_who_calls(route: &Route) -> bool {
    let handlers: Vec<&str> = route
        .handlers
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .filter(|word| word.contains("::http::"))
        .collect();
    !handlers.is_empty()
        && handlers.iter().all(|handler| {
            function(handler).is_some_and(|body| {
                ["gate.actor(", "gate.person("]
                    .iter()
                    .any(|ask| body.contains(ask))
            })
        })
}

#[test]
fn every_route_asks_who_calls_or_is_open_for_a_reason() {
    let routes = routes();
    let found: Vec<String> = routes
        .iter()
        .filter(|route| OPEN.iter().all(|(path, _)| *path != route.path))
        .filter(|route| !asks_who_calls(route))
        .map(|route| format!("{}: {}", route.file, route.path))
        .collect();
    report(
        &found,
        "The handler must ask `gate.actor(…)` before anything else. A route for everybody \
         goes on the list OPEN in crates/tidy/src/routes.rs with its reason.",
    );
    all_used(OPEN.iter().map(|(path, _)| *path), |path| {
        routes.iter().any(|route| route.path == path)
    });
}

/// Method, path and full name of every handler that is described.
fn described(file: &File) -> Vec<(String, String, String)> {
    let module = file
        .path
        .trim_start_matches("crates/")
        .trim_end_matches(".rs")
        .replace("/src/", "::")
        .replace('/', "::");
    let mut found = Vec::new();
    for rest in file.text.split("#[utoipa::path(").skip(1) {
        let inside = until_closed(rest);
        let method = inside.trim_start().split(',').next().unwrap_or_default();
        let path = inside.split("path = ").nth(1).and_then(quoted);
        let name = rest
            .split("fn ")
            .nth(1)
            .and_then(|rest| rest.split('(').next());
        if let (Some(path), Some(name)) = (path, name) {
            found.push((
                method.to_owned(),
                path.to_owned(),
                format!("{module}::{name}"),
            ));
        }
    }
    found
}

#[test]
fn the_description_and_the_routes_agree() {
    let routes = routes();
    let wired: String = files("crates/tongguan/src", ".rs")
        .iter()
        .filter_map(|file| Some(file.text.split_once("    paths(")?.1.to_owned()))
        .map(|rest| until_closed(&rest).to_owned())
        .collect();
    let mut found = Vec::new();
    let mut paths = BTreeSet::new();
    for file in files("crates", "http.rs") {
        for (method, path, handler) in described(&file) {
            paths.insert(path.clone());
            let call = format!("{method}({handler})");
            let is_routed = routes
                .iter()
                .any(|route| route.path == path && route.handlers.contains(&call));
            if !is_routed {
                found.push(format!("{handler} is described and not routed at {path}"));
            }
            if !wired.split([',', '\n']).any(|name| name.trim() == handler) {
                found.push(format!("{handler} is not in the paths of the ApiDoc"));
            }
        }
    }
    for route in routes
        .iter()
        .filter(|route| route.path.starts_with("/api/v"))
    {
        if !paths.contains(&route.path) {
            found.push(format!("{} is routed and not described", route.path));
        }
    }
    report(
        &found,
        "A route of the API has #[utoipa::path], a `.route(…)` in crates/tongguan/src/app.rs and a \
         line in the paths of ApiDoc there; all three name the same path.",
    );
}
