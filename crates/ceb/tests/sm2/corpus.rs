//! Signatures to disagree about: good ones, mutated ones, and the corners of the arithmetic.
//!
//! Made with the library's arithmetic and without private keys: for any s and t, R = s·G + t·P gives
//! a good signature with r = t − s over the digest r − x(R). So s and t can be chosen to meet every
//! special case. The same seed gives the same cases. Used by the test and by `bench sm2-oracle`.

use sm2::elliptic_curve::PrimeField;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};

/// A key, a digest and a signature.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Which kind of case.
    pub(crate) what: &'static str,
    /// 04‖x‖y, or what somebody may send instead.
    pub(crate) key: [u8; 65],
    /// The digest e.
    pub(crate) digest: [u8; 32],
    /// r‖s.
    pub(crate) signature: [u8; 64],
}

/// Keys that come again, so that their tables need not be built for each case.
const KEYS: usize = 48;

/// n and p, big-endian.
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

/// An endless corpus.
pub(crate) struct Corpus {
    state: u64,
    keys: Vec<(Scalar, ProjectivePoint)>,
}

impl Corpus {
    /// The cases of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut corpus = Self {
            state: seed,
            keys: Vec::new(),
        };
        // The base point, its opposite and its double are keys as any other.
        let one = Scalar::ONE;
        let mut secrets = vec![one, -one, one + one];
        while secrets.len() < KEYS {
            secrets.push(corpus.scalar());
        }
        let keys = secrets.into_iter();
        corpus.keys = keys.map(|d| (d, ProjectivePoint::GENERATOR * d)).collect();
        corpus
    }

    fn number(&mut self) -> u64 {
        // splitmix64
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.number().to_be_bytes());
        }
        bytes
    }

    fn scalar(&mut self) -> Scalar {
        reduce(&self.bytes())
    }

    /// Numbers where digits, carries and windows have their edges.
    fn edge(&mut self) -> Scalar {
        let small = Scalar::from(self.below(70));
        let power = (0..self.below(256)).fold(Scalar::ONE, |power, _| power.double());
        match self.below(6) {
            0 => small + Scalar::ONE,
            1 => -(small + Scalar::ONE),
            2 => power,
            3 => -power,
            4 => power * (small + Scalar::ONE),
            _ => power - Scalar::ONE - small,
        }
    }

    /// A signature that is good.
    pub(crate) fn good(&mut self) -> Case {
        let (s, t) = (self.scalar(), self.scalar());
        self.made("good", s, t)
    }

    fn made(&mut self, what: &'static str, s: Scalar, t: Scalar) -> Case {
        let at = self.below(KEYS as u64) as usize;
        let key = self.keys[at].1;
        signed(what, key, s, t)
    }

    /// s and t whose two products meet or cancel somewhere on the way.
    fn meeting(&mut self) -> Case {
        let at = self.below(KEYS as u64) as usize;
        let (d, key) = self.keys[at];
        let t = self.edge();
        match self.below(3) {
            0 => signed("s·G = t·P", key, t * d, t),
            1 => signed("s·G = −t·P", key, -(t * d), t),
            _ => {
                let step = self.edge();
                signed("s·G near t·P", key, t * d + step, t)
            }
        }
    }

    /// x(R) is not below n, so that it has two readings. Such a point has no known multiple; the key
    /// is chosen to fit.
    fn second_reading(&mut self) -> Case {
        let (s, t) = (self.scalar(), self.scalar());
        let mut x = from_hex(N);
        x[31] = x[31].wrapping_add(self.below(200) as u8);
        loop {
            let found: Option<AffinePoint> =
                AffinePoint::decompress(&FieldBytes::from(x), 0.into()).into();
            if let Some(point) = found {
                let inverse: Option<Scalar> = t.invert().into();
                let key = (ProjectivePoint::from(point) - ProjectivePoint::GENERATOR * s)
                    * inverse.unwrap_or(Scalar::ONE);
                return signed("x(R) ≥ n", key, s, t);
            }
            x[31] = x[31].wrapping_add(1);
        }
    }

    fn mutated(&mut self) -> Case {
        let mut case = self.good();
        let bit = 1 << self.below(8);
        match self.below(6) {
            0 => {
                case.what = "digest changed";
                case.digest[self.below(32) as usize] ^= bit;
            }
            1 => {
                case.what = "signature changed";
                case.signature[self.below(64) as usize] ^= bit;
            }
            2 => {
                case.what = "key changed";
                case.key[self.below(65) as usize] ^= bit;
            }
            3 => {
                case.what = "r and s swapped";
                case.signature.rotate_left(32);
            }
            4 => {
                case.what = "another key";
                case.key = self.good().key;
            }
            _ => {
                case.what = "s negated";
                let s = reduce(&half(&case.signature, 32));
                case.signature[32..].copy_from_slice(&(-s).to_repr());
            }
        }
        case
    }

    fn out_of_range(&mut self) -> Case {
        let mut case = self.good();
        case.what = "r or s out of range";
        let values = [
            [0; 32],
            [0xFF; 32],
            from_hex(N),
            plus(from_hex(N), 1),
            plus(from_hex(N), self.below(1 << 16)),
        ];
        let value = values[self.below(5) as usize];
        let from = 32 * self.below(2) as usize;
        case.signature[from..from + 32].copy_from_slice(&value);
        if self.below(3) == 0 {
            case.what = "r + s = n";
            let r = self.edge();
            case.signature[..32].copy_from_slice(&r.to_repr());
            case.signature[32..].copy_from_slice(&(-r).to_repr());
        }
        case
    }

    fn strange_key(&mut self) -> Case {
        let mut case = self.good();
        case.what = "strange key";
        match self.below(5) {
            0 => case.key[0] = self.below(8) as u8,
            1 => case.key = [0; 65],
            2 => case.key[1..].fill(0xFF),
            3 => case.key[1..].rotate_left(32),
            _ => case.key[33..].fill(0),
        }
        case
    }

    /// The digest as somebody may write it who does not reduce it.
    fn unreduced(&mut self) -> Case {
        let mut case = self.good();
        case.what = "digest not below n";
        let e = reduce(&case.digest).to_repr();
        let (mut sum, mut carry) = ([0; 32], 0);
        for (at, n) in from_hex(N).iter().enumerate().rev() {
            let digit = u16::from(e[at]) + u16::from(*n) + carry;
            sum[at] = (digit & 0xFF) as u8;
            carry = digit >> 8;
        }
        if carry == 0 {
            case.digest = sum;
        }
        case
    }
}

impl Iterator for Corpus {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        Some(match self.below(20) {
            0..=5 => self.good(),
            6..=10 => self.mutated(),
            11..=12 => {
                let (s, t) = (self.edge(), self.edge());
                self.made("edges of digits", s, t)
            }
            13 => {
                let (s, t) = (self.edge(), self.scalar());
                self.made("edge of s", s, t)
            }
            14..=15 => self.meeting(),
            16 => self.out_of_range(),
            17 => self.strange_key(),
            18 => self.unreduced(),
            _ => self.second_reading(),
        })
    }
}

/// A good signature, unless r is zero or the sum is infinity; then one that must fail.
fn signed(what: &'static str, key: ProjectivePoint, s: Scalar, t: Scalar) -> Case {
    let sum = ProjectivePoint::GENERATOR * s + key * t;
    let r = t - s;
    let e = r - reduce(&sum.to_affine().x().into());
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r.to_repr());
    signature[32..].copy_from_slice(&s.to_repr());
    let mut bytes = [0; 65];
    let encoded = key.to_affine().to_sec1_point(false);
    if let Ok(encoded) = encoded.as_bytes().try_into() {
        bytes = encoded;
    }
    Case {
        what,
        key: bytes,
        digest: e.to_repr().into(),
        signature,
    }
}

fn reduce(bytes: &[u8; 32]) -> Scalar {
    Scalar::reduce(&FieldBytes::from(*bytes))
}

fn half(signature: &[u8; 64], from: usize) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&signature[from..from + 32]);
    bytes
}

fn from_hex(hex: &str) -> [u8; 32] {
    let digits: Vec<u8> = hex
        .bytes()
        .map(|b| char::from(b).to_digit(16).unwrap_or(0) as u8)
        .collect();
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    bytes
}

fn plus(mut bytes: [u8; 32], small: u64) -> [u8; 32] {
    let mut tail = [0; 8];
    tail.copy_from_slice(&bytes[24..]);
    bytes[24..].copy_from_slice(&u64::from_be_bytes(tail).wrapping_add(small).to_be_bytes());
    bytes
}
