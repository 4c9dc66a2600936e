//! Numbers modulo p = 2^256 − 2^224 − 2^96 + 2^64 − 1, in Montgomery form with R = 2^256.
//!
//! p ends in 64 ones, so a step of the reduction adds m·p with m the lowest word itself, and m·p is
//! shifts and subtractions: no multiplication.

/// p, lowest word first.
const P: [u64; 4] = [
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// R² modulo p: into Montgomery form.
const R2: [u64; 4] = [
    0x0000_0002_0000_0003,
    0x0000_0002_ffff_ffff,
    0x0000_0001_0000_0001,
    0x0000_0004_0000_0002,
];

/// p − 2: exponent of an inversion.
const P_MINUS_2: [u64; 4] = [
    0xffff_ffff_ffff_fffd,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// A number modulo p, always below p.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element([u64; 4]);

impl Element {
    pub(super) const ZERO: Self = Self([0; 4]);
    pub(super) const ONE: Self = Self([
        0x0000_0000_0000_0001,
        0x0000_0000_ffff_ffff,
        0x0000_0000_0000_0000,
        0x0000_0001_0000_0000,
    ]);
    /// The curve's b.
    pub(super) const B: Self = Self([
        0x90d2_3063_2bc0_dd42,
        0x71cf_379a_e9b5_37ab,
        0x5279_8150_5ea5_1c3c,
        0x240f_e188_ba20_e2c8,
    ]);

    /// Big-endian bytes; `None` for a number that is not below p.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let words = words(bytes);
        (!at_least(&words, &P)).then(|| Self::from_words(words))
    }

    /// A number below p.
    pub(super) fn from_words(words: [u64; 4]) -> Self {
        Self(words).mul(Self(R2))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == [0; 4]
    }

    #[inline]
    pub(super) fn mul(self, other: Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        let mut t = [0_u64; 5];
        for digit in b {
            let mut carry = 0;
            (t[0], carry) = a[0].carrying_mul_add(*digit, t[0], carry);
            (t[1], carry) = a[1].carrying_mul_add(*digit, t[1], carry);
            (t[2], carry) = a[2].carrying_mul_add(*digit, t[2], carry);
            (t[3], carry) = a[3].carrying_mul_add(*digit, t[3], carry);
            let (top, over) = t[4].overflowing_add(carry);
            t = fold(t[0], [t[1], t[2], t[3], top], over);
        }
        Self(below(t))
    }

    #[inline]
    pub(super) fn square(self) -> Self {
        self.mul(self)
    }

    #[inline]
    pub(super) fn add(self, other: Self) -> Self {
        let (sum, carry) = add(&self.0, &other.0);
        Self(below([sum[0], sum[1], sum[2], sum[3], u64::from(carry)]))
    }

    #[inline]
    pub(super) fn double(self) -> Self {
        self.add(self)
    }

    #[inline]
    pub(super) fn sub(self, other: Self) -> Self {
        let (difference, borrow) = sub(&self.0, &other.0);
        // Without a branch: whether it borrows is a toss-up.
        let mask = u64::from(borrow).wrapping_neg();
        let p = [P[0] & mask, P[1] & mask, P[2] & mask, P[3] & mask];
        Self(add(&difference, &p).0)
    }

    #[inline]
    pub(super) fn negate(self) -> Self {
        Self::ZERO.sub(self)
    }

    /// 1 / self; zero for zero.
    pub(super) fn invert(self) -> Self {
        let mut result = Self::ONE;
        for word in P_MINUS_2.iter().rev() {
            for bit in (0..64).rev() {
                result = result.square();
                if word >> bit & 1 == 1 {
                    result = result.mul(self);
                }
            }
        }
        result
    }
}

/// One step of the reduction: (low + rest·2^64 + m·p) / 2^64 with m = low, which is
/// rest + m·(2^192 − 2^160 − 2^32 + 1).
#[inline]
fn fold(m: u64, rest: [u64; 4], over: bool) -> [u64; 5] {
    let (low, high) = (m << 32, m >> 32);
    let (v0, borrow) = m.borrowing_sub(low, false);
    let (v1, borrow) = 0_u64.borrowing_sub(high, borrow);
    let (v2, borrow) = 0_u64.borrowing_sub(low, borrow);
    let (v3, _) = m.borrowing_sub(high, borrow);
    let (t0, carry) = rest[0].carrying_add(v0, false);
    let (t1, carry) = rest[1].carrying_add(v1, carry);
    let (t2, carry) = rest[2].carrying_add(v2, carry);
    let (t3, carry) = rest[3].carrying_add(v3, carry);
    [t0, t1, t2, t3, u64::from(over) + u64::from(carry)]
}

/// A number below 2p brought below p.
#[inline]
fn below(t: [u64; 5]) -> [u64; 4] {
    let words = [t[0], t[1], t[2], t[3]];
    let (less, borrow) = sub(&words, &P);
    let keep = u64::from(borrow && t[4] == 0).wrapping_neg();
    [
        less[0] & !keep | words[0] & keep,
        less[1] & !keep | words[1] & keep,
        less[2] & !keep | words[2] & keep,
        less[3] & !keep | words[3] & keep,
    ]
}

/// Big-endian bytes to words, lowest first.
pub(super) fn words(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(bytes.rchunks_exact(8)) {
        *word = chunk
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    words
}

/// Whether a ≥ b.
pub(super) fn at_least(a: &[u64; 4], b: &[u64; 4]) -> bool {
    !sub(a, b).1
}

#[inline]
pub(super) fn add(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let (w0, carry) = a[0].carrying_add(b[0], false);
    let (w1, carry) = a[1].carrying_add(b[1], carry);
    let (w2, carry) = a[2].carrying_add(b[2], carry);
    let (w3, carry) = a[3].carrying_add(b[3], carry);
    ([w0, w1, w2, w3], carry)
}

#[inline]
pub(super) fn sub(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let (w0, borrow) = a[0].borrowing_sub(b[0], false);
    let (w1, borrow) = a[1].borrowing_sub(b[1], borrow);
    let (w2, borrow) = a[2].borrowing_sub(b[2], borrow);
    let (w3, borrow) = a[3].borrowing_sub(b[3], borrow);
    ([w0, w1, w2, w3], borrow)
}
