//! Numbers modulo n, the order of the base point: what a verification adds and subtracts.

use super::field::{add, at_least, sub, words};

/// n, lowest word first.
const N: [u64; 4] = [
    0x53bb_f409_39d5_4123,
    0x7203_df6b_21c6_052b,
    0xffff_ffff_ffff_ffff,
    0xffff_fffe_ffff_ffff,
];

/// p − n: a coordinate below it has a second reading as a scalar.
const P_MINUS_N: [u64; 4] = [0xac44_0bf6_c62a_bedc, 0x8dfc_2093_de39_fad5, 0, 0];

/// A number modulo n, always below n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) [u64; 4]);

impl Scalar {
    /// Big-endian bytes of a number from 1 to n − 1, as r and s must be.
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let words = words(bytes);
        (words != [0; 4] && !at_least(&words, &N)).then_some(Self(words))
    }

    /// Big-endian bytes of any number, reduced. 2^256 is less than 2n, so once is enough.
    pub(super) fn reduce(bytes: &[u8; 32]) -> Self {
        let words = words(bytes);
        let (less, borrow) = sub(&words, &N);
        Self(if borrow { words } else { less })
    }

    pub(super) fn add(self, other: Self) -> Self {
        let (sum, carry) = add(&self.0, &other.0);
        let (less, borrow) = sub(&sum, &N);
        Self(if borrow && !carry { sum } else { less })
    }

    pub(super) fn sub(self, other: Self) -> Self {
        let (difference, borrow) = sub(&self.0, &other.0);
        Self(if borrow {
            add(&difference, &N).0
        } else {
            difference
        })
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == [0; 4]
    }

    /// The coordinates below p that leave this rest modulo n: itself, and itself + n when that is
    /// still below p.
    pub(super) fn coordinates(self) -> ([u64; 4], Option<[u64; 4]>) {
        let second = (!at_least(&self.0, &P_MINUS_N)).then(|| add(&self.0, &N).0);
        (self.0, second)
    }

    /// Signed digits of `width` bits, lowest first: each from −2^(w−1) + 1 to 2^(w−1).
    pub(super) fn digits(self, width: u32, n_digits: usize) -> impl Iterator<Item = i32> {
        let (mask, top) = ((1_u64 << width) - 1, 1_i32 << (width - 1));
        let mut carry = 0;
        (0..n_digits).map(move |at| {
            let bit = at * width as usize;
            let (word, shift) = (bit / 64, bit % 64);
            let mut window = self.0.get(word).map_or(0, |word| word >> shift);
            if shift + width as usize > 64 {
                window |= self.0.get(word + 1).map_or(0, |next| next << (64 - shift));
            }
            let digit = i32::try_from(window & mask).unwrap_or(0) + carry;
            carry = i32::from(digit > top);
            digit - (carry << width)
        })
    }
}
