//! What the demo fills the form with: a company and people that do not exist.
//!
//! Each look at the empty form makes another company, so that several people can try it beside each
//! other. The password is left to the person, as everywhere.

use std::collections::BTreeMap;

/// A licence that is none: one page that says so.
pub(super) const LICENCE: &[u8] = include_bytes!("sample-licence.pdf");

/// The fields of a form that passes, for this seed.
pub(super) fn form(seed: u64) -> BTreeMap<String, String> {
    let company = ceb::sample::company(seed);
    [
        ("companyName", company.name),
        ("creditCode", company.credit_code),
        ("login", format!("demo.{}", company.customs_code)),
        ("customsCode", company.customs_code),
        ("dxpId", company.dxp_id),
        ("roles", "ebc,agent".to_owned()),
        ("contactName", "张样例".to_owned()),
        ("contactPhone", "010-00000000".to_owned()),
        ("contactEmail", "demo@example.com".to_owned()),
        ("name", "张样例".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::form;

    #[test]
    fn the_samples_of_the_demo_pass_the_form() {
        for seed in 0..200 {
            let mut sample = super::form(seed);
            sample.insert("password".to_owned(), "Qx7#vmbLr2!pzw".to_owned());
            assert_eq!(form::faults(&sample), Vec::new());
            assert_eq!(form::account_faults(&sample, "Qx7#vmbLr2!pzw"), Vec::new());
        }
        assert!(super::LICENCE.starts_with(b"%PDF-"));
    }
}
