//! Companies that do not exist, for forms and examples.

use super::number::{credit_code, mix};

/// First customs registration number that a made-up company may have: Beijing, e-commerce zone.
/// Below it are the companies of the demo.
const FIRST_CODE: u64 = 1_105_961_000;

/// How many numbers there are for made-up companies.
const N_CODES: u64 = 39_000;

/// Words that a name is put together from.
const WORDS: [&str; 8] = [
    "晨星", "远帆", "云桥", "青禾", "海岚", "明途", "瑞达", "安舟",
];

/// A made-up company (合成企业): well formed, with right check digits, in no register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleCompany {
    /// Unified social credit code (统一社会信用代码), 18 characters.
    pub credit_code: String,
    /// Customs registration number (海关注册登记编号), 10 digits.
    pub customs_code: String,
    /// Name; the word 合成 says that nobody is meant.
    pub name: String,
    /// DXP id (报文传输编号), 16 characters.
    pub dxp_id: String,
}

/// The made-up company of a seed: the same seed, the same company.
#[must_use]
pub fn company(seed: u64) -> SampleCompany {
    let customs_code = (FIRST_CODE + mix(seed, 0, 11) % N_CODES).to_string();
    let bits = mix(seed, 0, 12);
    let word = |at: usize| WORDS[at % WORDS.len()];
    let (first, second) = (bits as usize, (bits >> 8) as usize);
    // One word twice is no name.
    let is_same = first % WORDS.len() == second % WORDS.len();
    let other = word(second + usize::from(is_same));
    SampleCompany {
        credit_code: credit_code(seed),
        name: format!("北京合成{}{}跨境电子商务有限公司", word(first), other),
        dxp_id: dxp_id(&customs_code),
        customs_code,
    }
}

/// The DXP id that goes with a made-up company's customs registration number.
#[must_use]
pub fn dxp_id(customs_code: &str) -> String {
    format!("DXPENT{customs_code}")
}

#[cfg(test)]
mod tests {
    use super::company;

    #[test]
    fn made_up_companies_are_well_formed_and_differ() {
        let mut codes = std::collections::BTreeSet::new();
        for seed in 0..500 {
            let made = company(seed);
            assert!(crate::is_company_code(&made.credit_code), "{made:?}");
            assert!(crate::is_company_code(&made.customs_code), "{made:?}");
            assert_eq!(made.customs_code.len(), 10);
            assert_eq!(made.dxp_id.len(), 16);
            assert!(made.name.contains("合成"));
            // No name says one word twice.
            assert!(
                super::WORDS
                    .iter()
                    .all(|word| made.name.matches(word).count() < 2)
            );
            assert_eq!(made, company(seed));
            codes.insert(made.credit_code);
        }
        assert!(codes.len() > 495, "{}", codes.len());
    }
}
