//! Responses: documents and problems, and headers that are the same for all.

use worker::{Response, ResponseBuilder, Result};

use crate::domain::protocol::{PROBLEM_TYPE, Problem};

/// A document with further headers.
pub(super) fn document(content_type: &str, body: String, headers: &[(&str, &str)]) -> Result<Response> {
    reply(200, content_type, body, headers)
}

/// A refusal with further headers.
pub(super) fn problem(problem: &Problem, headers: &[(&str, &str)]) -> Result<Response> {
    reply(problem.code.status(), PROBLEM_TYPE, problem.encode(), headers)
}

/// A response; no body goes with 204.
pub(super) fn reply(status: u16, content_type: &str, body: String, headers: &[(&str, &str)]) -> Result<Response> {
    let defaults = [
        ("content-type", content_type),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ];
    let mut builder = ResponseBuilder::new().with_status(status);
    for (name, value) in defaults.iter().chain(headers) {
        builder = builder.with_header(name, value)?;
    }
    Ok(if status == 204 { builder.empty() } else { builder.fixed(body.into_bytes()) })
}
