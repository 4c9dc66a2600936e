//! The pages of people: login, account, first start.

use crate::gather;
use axum::Router;
use axum::routing::{get, post};
use identity::foreign::Providers;
use identity::pages::login::Entrance;
use identity::passkey::Passkeys;
use registry::access::Gate;
use registry::throttle::Throttle;
use std::sync::Arc;

/// The pages of login and account.
pub(super) fn routes(gate: &Arc<Gate>, throttle: &Arc<Throttle>) -> Router {
    let config = &gate.context.config;
    let entrance = Entrance {
        gate: Arc::clone(gate),
        throttle: Arc::clone(throttle),
        foreign: Arc::new(Providers::open(config)),
        passkeys: Passkeys::of(config).map(Arc::new),
        follow: gather::FOLLOW,
        notices: back_office::notice::on_login_page,
    };
    pages(entrance.clone()).merge(other_ways(entrance))
}

fn pages(entrance: Entrance) -> Router {
    use identity::pages::account;
    use identity::pages::activate;
    use identity::pages::login;
    Router::new()
        .route("/login", get(login::login_page).post(login::login_try))
        .route(
            "/login/second",
            get(login::second_page).post(login::second_try),
        )
        .route("/logout", post(login::logout))
        .route(
            "/activate",
            get(activate::activate_page).post(activate::activate),
        )
        .route("/account", get(account::account_page))
        .route(
            "/account/password",
            get(account::password_page).post(account::password_change),
        )
        .route(
            "/account/totp",
            get(account::totp_page).post(account::totp_confirm),
        )
        .route("/account/recovery", post(account::recovery_renew))
        .route("/account/elsewhere", post(account::elsewhere))
        .route("/copy.js", get(identity::bootstrap::http::copy_script))
        .route(
            "/bootstrap",
            get(identity::bootstrap::http::bootstrap_page)
                .post(identity::bootstrap::http::bootstrap),
        )
        .with_state(entrance)
}

/// Passkeys and foreign sources of identity.
fn other_ways(entrance: Entrance) -> Router {
    use identity::pages::bind;
    use identity::pages::confirm::http as confirm;
    use identity::pages::foreign;
    use identity::pages::own_passkeys as own;
    use identity::pages::passkey;
    Router::new()
        .route("/passkey.js", get(passkey::script))
        .route("/passkey/options", post(passkey::options))
        .route("/login/passkey", post(passkey::login_try))
        .route("/login/second/passkey", post(passkey::second_try))
        .route(
            "/account/passkey",
            get(own::passkey_page).post(own::passkey_add),
        )
        .route("/account/passkey/rename", post(own::passkey_rename))
        .route("/account/passkey/remove", post(own::passkey_remove))
        .route(
            "/account/confirm",
            get(confirm::confirm_page).post(confirm::confirm_try),
        )
        .route("/account/confirm/passkey", post(confirm::confirm_passkey))
        .route("/login/foreign/{source}", get(foreign::leave))
        .route("/login/foreign/{source}/callback", get(foreign::callback))
        .route(
            "/login/foreign/{source}/bind",
            get(bind::bind_page).post(bind::bind),
        )
        .route("/account/foreign/{source}/unbind", post(bind::unbind))
        .with_state(entrance)
}
