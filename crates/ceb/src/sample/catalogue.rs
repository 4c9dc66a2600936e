//! What the samples sell, and to whom. All invented.

/// A product.
pub(super) struct Product {
    pub(super) name: &'static str,
    pub(super) model: &'static str,
    pub(super) describe: &'static str,
    pub(super) gcode: &'static str,
    /// Trade unit.
    pub(super) unit: &'static str,
    /// First statutory unit: 035 kilogram, or the trade unit.
    pub(super) unit1: &'static str,
    pub(super) country: &'static str,
    /// Price in fen.
    pub(super) price: u64,
    /// Net weight of one, in grams.
    pub(super) grams: u64,
}

pub(super) const PRODUCTS: &[Product] = &[
    Product {
        name: "婴幼儿配方奶粉 三段",
        model: "品牌：样例牧场|规格：800克/罐|适用年龄：12至36个月|成分：全脂乳粉、乳糖、植物油|净含量：0.8千克",
        describe: "新西兰原罐进口，三段婴幼儿配方奶粉，冷藏避光保存，开罐后四周内食用完毕",
        gcode: "1901101000",
        unit: "122",
        unit1: "035",
        country: "609",
        price: 21800,
        grams: 800,
    },
    Product {
        name: "保湿面膜",
        model: "品牌：样例日和|规格：25毫升×5片/盒|成分：水、甘油、透明质酸钠|用途：面部护理|非医用",
        describe: "日本产保湿面膜，每盒五片，适合干性和中性皮肤，避免阳光直射",
        gcode: "3304990039",
        unit: "140",
        unit1: "035",
        country: "116",
        price: 8900,
        grams: 180,
    },
    Product {
        name: "鱼油软胶囊",
        model: "品牌：样例海源|规格：1000毫克×200粒/瓶|成分：鱼油、明胶、甘油|食用方法：每日一至两粒",
        describe: "澳大利亚产深海鱼油软胶囊，两百粒装，置于阴凉干燥处",
        gcode: "2106909090",
        unit: "142",
        unit1: "035",
        country: "601",
        price: 12900,
        grams: 320,
    },
    Product {
        name: "便携式保温杯",
        model: "品牌：样例工坊|型号：T500|容量：500毫升|材质：304不锈钢|保温时间：6小时",
        describe: "真空双层保温杯，弹盖设计，可放入车载杯架，附清洁刷一支",
        gcode: "9617001900",
        unit: "007",
        unit1: "035",
        country: "116",
        price: 15600,
        grams: 260,
    },
    Product {
        name: "纯棉婴儿连体衣",
        model: "品牌：样例小鹿|尺码：80厘米|成分：棉100%|织造方法：针织|适用季节：春秋",
        describe: "精梳棉婴儿连体衣，按扣开裆，首次穿着前请先清洗",
        gcode: "6111200090",
        unit: "011",
        unit1: "011",
        country: "502",
        price: 7900,
        grams: 120,
    },
    Product {
        name: "电动牙刷",
        model: "品牌：样例清新|型号：E30|额定功率：2瓦|供电：锂电池|附件：刷头两支、充电座",
        describe: "声波电动牙刷，四种模式，整机防水，充电一次可用三周",
        gcode: "8509809000",
        unit: "011",
        unit1: "011",
        country: "304",
        price: 26800,
        grams: 350,
    },
];

pub(super) const SURNAMES: &[&str] = &["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈"];
pub(super) const GIVEN: &[&str] = &[
    "样一", "样二", "例甲", "例乙", "测安", "测宁", "试文", "试达",
];
pub(super) const STREETS: &[&str] = &[
    "样例北大街",
    "样例南大街",
    "测试东路",
    "测试西路",
    "示范胡同",
    "演示小区",
];
