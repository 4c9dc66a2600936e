//! Tables of multiples (预计算表): for every digit of a scalar, the multiples that the digit can name.

use std::sync::OnceLock;

use super::field::Element;
use super::point::{Affine, Point};
use super::scalar::Scalar;
use super::{SIGNATURE_BYTES, Sm2PublicKey, half};

/// Bits of a digit in the table of a key. Wider is faster and larger: 6 costs 86 KiB.
const KEY_WIDTH: u32 = 6;

/// Bits of a digit in the table of the base point, of which there is one.
const BASE_WIDTH: u32 = 8;

/// The base point of the curve, coordinates lowest word first.
const BASE: [[u64; 4]; 2] = [
    [
        0x715a_4589_334c_74c7,
        0x8fe3_0bbf_f266_0be1,
        0x5f99_0446_6a39_c994,
        0x32c4_ae2c_1f19_8119,
    ],
    [
        0x02df_32e5_2139_f0a0,
        0xd0a9_877c_c62a_4740,
        0x59bd_cee3_6b69_2153,
        0xbc37_36a2_f4f6_779c,
    ],
];

/// Multiples of a point, ready to be added up.
struct Multiples {
    width: u32,
    n_digits: usize,
    /// For the digit at place i, from i · 2^(w−1): 1, 2 … 2^(w−1) times 2^(w·i) times the point.
    points: Vec<Affine>,
}

impl Multiples {
    fn of(point: Affine, width: u32) -> Self {
        let n_digits = n_digits(width);
        let n_each = 1_usize << (width - 1);
        let mut points = Vec::with_capacity(n_digits * n_each);
        let mut step = point;
        for _ in 0..n_digits {
            let mut multiple = Point::from(step);
            let mut of_digit = vec![multiple];
            while of_digit.len() < n_each {
                multiple.add(step);
                of_digit.push(multiple);
            }
            let of_digit = Point::to_affine(&of_digit);
            // The next digit's unit is twice the largest multiple of this one.
            let largest = of_digit.last().copied().unwrap_or(step);
            points.extend(of_digit);
            step = Point::to_affine(&[Point::twice(largest)])
                .first()
                .copied()
                .unwrap_or(step);
        }
        Self {
            width,
            n_digits,
            points,
        }
    }

    /// Adds scalar times the point.
    #[inline]
    fn add(&self, scalar: Scalar, sum: &mut Point) {
        let n_each = 1_usize << (self.width - 1);
        let digits = scalar.digits(self.width, self.n_digits);
        for (digit, multiples) in digits.zip(self.points.chunks_exact(n_each)) {
            let size = digit.unsigned_abs() as usize;
            if size == 0 {
                continue;
            }
            let point = multiples[size - 1];
            sum.add(if digit < 0 { point.negate() } else { point });
        }
    }
}

/// Digits of 256 bits, and one more place for the last carry when it needs one.
const fn n_digits(width: u32) -> usize {
    (256 / width + 1) as usize
}

fn base() -> &'static Multiples {
    static TABLE: OnceLock<Multiples> = OnceLock::new();
    TABLE.get_or_init(|| {
        let [x, y] = BASE.map(Element::from_words);
        Multiples::of(Affine { x, y }, BASE_WIDTH)
    })
}

/// The table of a key (公钥预计算表): verifies its signatures several times faster than a library.
pub struct Sm2Table {
    key: Sm2PublicKey,
    multiples: Multiples,
}

impl Sm2Table {
    /// What a table keeps in memory, in bytes.
    pub const BYTES: usize = n_digits(KEY_WIDTH) * (1 << (KEY_WIDTH - 1)) * size_of::<Affine>();

    /// Builds the table: some thousand additions, about a millisecond.
    #[must_use]
    pub fn new(key: &Sm2PublicKey) -> Self {
        Self {
            key: *key,
            multiples: Multiples::of(key.point, KEY_WIDTH),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Sm2PublicKey {
        &self.key
    }

    /// Whether r‖s is a signature of the key over the digest e (GB/T 32918.2, clause 7.1, from B5).
    #[must_use]
    pub fn verify(&self, digest: &[u8; 32], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        let (Some(r), Some(s)) = (
            Scalar::from_bytes(half(signature, 0)),
            Scalar::from_bytes(half(signature, 32)),
        ) else {
            return false;
        };
        let t = r.add(s);
        if t.is_zero() {
            return false;
        }
        let mut sum = Point::INFINITY;
        base().add(s, &mut sum);
        self.multiples.add(t, &mut sum);
        if sum.is_infinity() {
            return false;
        }
        // (e + x) mod n = r, without dividing: X = x · ZZ for an x below p that leaves r − e.
        let (first, second) = r.sub(Scalar::reduce(digest)).coordinates();
        let is_x = |x: [u64; 4]| Element::from_words(x).mul(sum.zz) == sum.x;
        is_x(first) || second.is_some_and(is_x)
    }
}

impl std::fmt::Debug for Sm2Table {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Table")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
