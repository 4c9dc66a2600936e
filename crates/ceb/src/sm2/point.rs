//! Points of the curve y² = x³ − 3x + b: affine in tables, with two denominators (XYZZ) while adding.

use super::field::Element;

/// A finite point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) x: Element,
    pub(super) y: Element,
}

impl Affine {
    pub(super) fn is_on_curve(self) -> bool {
        let three_x = self.x.double().add(self.x);
        let cube = self.x.square().mul(self.x);
        self.y.square() == cube.sub(three_x).add(Element::B)
    }

    pub(super) fn negate(self) -> Self {
        Self {
            x: self.x,
            y: self.y.negate(),
        }
    }
}

/// A point with x = X / ZZ and y = Y / ZZZ, where ZZ³ = ZZZ²; ZZ = 0 is infinity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: Element,
    pub(super) y: Element,
    pub(super) zz: Element,
    pub(super) zzz: Element,
}

impl Point {
    pub(super) const INFINITY: Self = Self {
        x: Element::ONE,
        y: Element::ONE,
        zz: Element::ZERO,
        zzz: Element::ZERO,
    };

    pub(super) fn is_infinity(&self) -> bool {
        self.zz.is_zero()
    }

    /// Adds a finite point (madd-2008-s), whatever the two are.
    #[inline]
    pub(super) fn add(&mut self, other: Affine) {
        if self.is_infinity() {
            *self = Self::from(other);
            return;
        }
        let p = other.x.mul(self.zz).sub(self.x);
        let r = other.y.mul(self.zzz).sub(self.y);
        if p.is_zero() {
            // The same x: the same point, or its opposite.
            *self = if r.is_zero() {
                Self::twice(other)
            } else {
                Self::INFINITY
            };
            return;
        }
        let pp = p.square();
        let ppp = p.mul(pp);
        let q = self.x.mul(pp);
        let x = r.square().sub(ppp).sub(q.double());
        self.y = r.mul(q.sub(x)).sub(self.y.mul(ppp));
        self.x = x;
        self.zz = self.zz.mul(pp);
        self.zzz = self.zzz.mul(ppp);
    }

    /// Twice a finite point (mdbl-2008-s-1). No point of the curve has y = 0, as its order is odd.
    pub(super) fn twice(point: Affine) -> Self {
        let u = point.y.double();
        let zz = u.square();
        let zzz = u.mul(zz);
        let s = point.x.mul(zz);
        let square = point.x.square().sub(Element::ONE);
        let m = square.double().add(square);
        let x = m.square().sub(s.double());
        Self {
            x,
            y: m.mul(s.sub(x)).sub(zzz.mul(point.y)),
            zz,
            zzz,
        }
    }

    /// Many points at once, for the price of one inversion. None of them may be infinity.
    pub(super) fn to_affine(points: &[Self]) -> Vec<Affine> {
        // Running products of the denominators, forth; inverses, back.
        let mut products = Vec::with_capacity(points.len());
        let mut product = Element::ONE;
        for point in points {
            products.push(product);
            product = product.mul(point.zzz);
        }
        let mut inverse = product.invert();
        let mut affine: Vec<Affine> = points
            .iter()
            .zip(products)
            .rev()
            .map(|(point, before)| {
                let zzz = inverse.mul(before);
                inverse = inverse.mul(point.zzz);
                // ZZ = ZZZ² / ZZ², so 1/ZZ = (ZZ/ZZZ)².
                let zz = point.zz.mul(zzz).square();
                Affine {
                    x: point.x.mul(zz),
                    y: point.y.mul(zzz),
                }
            })
            .collect();
        affine.reverse();
        affine
    }
}

impl From<Affine> for Point {
    fn from(point: Affine) -> Self {
        Self {
            x: point.x,
            y: point.y,
            zz: Element::ONE,
            zzz: Element::ONE,
        }
    }
}
