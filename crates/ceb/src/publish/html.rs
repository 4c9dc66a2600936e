//! Writing HTML: everything that is not markup is escaped.

use std::fmt::Write;

/// The characters that mean something in HTML, escaped.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Text with `code` between back ticks.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            let _ = write!(out, "<code>{}</code>", escape(part));
        } else {
            out.push_str(&escape(part));
        }
    }
    out
}

/// A page with its title, in the frame of the reference.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · 报文规范手册</title>\n<link rel=\"stylesheet\" href=\"style.css\">\n\
         <script src=\"entries.js\" defer></script>\n<script src=\"search.js\" defer></script>\n\
         </head>\n<body>\n<header>\n<a class=\"home\" href=\"index.html\">报文规范手册</a>\n\
         <nav><a href=\"codes.html\">校验问题</a><a href=\"receipts.html\">回执代码</a>\
         <a href=\"tables.html\">代码表</a><a href=\"versions.html\">版本差异</a></nav>\n\
         <div class=\"search\" role=\"search\"><input id=\"q\" type=\"search\" autocomplete=\"off\" \
         placeholder=\"查元素、名称、代码…\" aria-label=\"在手册中查找\">\
         <ol id=\"found\" aria-live=\"polite\" hidden></ol></div>\n</header>\n<main>\n{body}</main>\n\
         <footer>由平台的报文规范表生成；数据样例全部虚构。</footer>\n</body>\n</html>\n",
        title = escape(title)
    )
}

/// A table with its heads; cells are markup already.
pub(super) fn table(
    heads: &[&str],
    rows: impl IntoIterator<Item = (String, Vec<String>)>,
) -> String {
    let mut out = String::from("<div class=\"wide\"><table>\n<thead><tr>");
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (id, cells) in rows {
        if id.is_empty() {
            out.push_str("<tr>");
        } else {
            let _ = write!(out, "<tr id=\"{}\">", escape(&id));
        }
        for cell in cells {
            let _ = write!(out, "<td>{cell}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A box of source text.
pub(super) fn source(name: &str, text: &str) -> String {
    format!(
        "<details><summary>{0}（<a href=\"{0}\">文件</a>）</summary><pre>{1}</pre></details>\n",
        escape(name),
        escape(text)
    )
}
