//! The routes of the back office: departments, posts, dictionaries, notices, parameters, logs.

use axum::Router;
use axum::routing::{get, post, put};
use registry::administration::Desk;

/// Every route of the back office.
pub(super) fn routes() -> Router<Desk> {
    organisation()
        .merge(dictionaries())
        .merge(notices())
        .merge(parameters())
        .merge(logs())
}

fn organisation() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/departments",
            get(registry::department::http::departments)
                .post(registry::department::http::create_department),
        )
        .route(
            "/api/v1/departments/{id}",
            put(registry::department::http::change_department)
                .delete(registry::department::http::remove_department),
        )
        .route(
            "/api/v1/departments/{id}/district",
            post(registry::department::http::ask_department_district),
        )
        .route(
            "/api/v1/posts",
            get(registry::post::http::posts).post(registry::post::http::create_post),
        )
        .route(
            "/api/v1/posts/{id}",
            put(registry::post::http::change_post).delete(registry::post::http::remove_post),
        )
}

fn dictionaries() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/dictionaries",
            get(registry::dictionary::http::dictionaries)
                .post(registry::dictionary::http::create_dictionary),
        )
        .route(
            "/api/v1/dictionaries/{code}",
            put(registry::dictionary::http::change_dictionary)
                .delete(registry::dictionary::http::remove_dictionary),
        )
        .route(
            "/api/v1/dictionaries/{code}/entries",
            get(registry::dictionary::entry::http::dictionary_entries)
                .post(registry::dictionary::entry::http::create_dictionary_entry),
        )
        .route(
            "/api/v1/dictionaries/{code}/export",
            get(registry::dictionary::entry::http::export_dictionary),
        )
        .route(
            "/api/v1/dictionary-entries/{id}",
            put(registry::dictionary::entry::http::change_dictionary_entry)
                .delete(registry::dictionary::entry::http::remove_dictionary_entry),
        )
        .route(
            "/api/v1/dictionary-search",
            get(registry::dictionary::entry::http::dictionary_search),
        )
}

fn notices() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/notices",
            get(registry::notice::http::notices).post(registry::notice::desk::http::create_notice),
        )
        .route(
            "/api/v1/notices/bell",
            get(registry::notice::http::notice_bell),
        )
        .route(
            "/api/v1/notices/{id}",
            get(registry::notice::http::notice)
                .put(registry::notice::desk::http::change_notice)
                .delete(registry::notice::desk::http::remove_notice),
        )
        .route(
            "/api/v1/notices/{id}/read",
            post(registry::notice::http::read_notice),
        )
        .route(
            "/api/v1/notices/{id}/publish",
            post(registry::notice::desk::http::ask_notice),
        )
        .route(
            "/api/v1/notices/{id}/withdraw",
            post(registry::notice::desk::http::withdraw_notice),
        )
        .route(
            "/api/v1/notices/{id}/readers",
            get(registry::notice::readers::http::notice_readers),
        )
        .route(
            "/api/v1/notice-desk",
            get(registry::notice::desk::http::notice_desk),
        )
}

fn parameters() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/parameters",
            get(registry::parameter::http::parameters),
        )
        .route(
            "/api/v1/parameters/{name}",
            put(registry::parameter::http::set_parameter),
        )
        .route(
            "/api/v1/parameters/{name}/changes",
            get(registry::parameter::http::parameter_changes),
        )
}

fn logs() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/login-log",
            get(registry::audit::log::http::login_log),
        )
        .route(
            "/api/v1/operation-log",
            get(registry::audit::log::http::operation_log),
        )
        .route(
            "/api/v1/exports/login-log",
            get(registry::audit::log::http::export_login_log),
        )
        .route(
            "/api/v1/exports/operation-log",
            get(registry::audit::log::http::export_operation_log),
        )
}
