// How a tax is estimated (税款测算), step by step, in English: the platform writes each step around its figures.

type Pattern = readonly [RegExp, (...parts: string[]) => string];

/** A formula in signs that English readers are used to. */
const formula = (text: string): string => text.replaceAll("（", "(").replaceAll("）", ")").replaceAll("＋", "+").replaceAll("－", "−").replace(/÷\(/g, "÷ (").replace(/\)×/g, ") ×").trim();

const named = (name: string): string => (name === "关税" ? "Duty" : name === "消费税" ? "Consumption tax" : "VAT");

export const TAX_SENTENCES: Readonly<Record<string, string>> = {
  "在个人限额以内（单次 5,000 元、年度 26,000 元）：关税税率为 0，增值税、消费税按应纳税额的 70% 征收。":
    "Within the personal limits (CNY 5,000 each time, CNY 26,000 a year): the duty rate is 0; VAT and consumption tax are levied at 70%.",
  "单次超过 5,000 元，但只有一件不可分割的商品且未超过年度限额：按应纳税额全额征收关税、增值税和消费税。":
    "Above CNY 5,000, but for a single indivisible item and within the yearly limit: duty, VAT and consumption tax are levied in full.",
  "超过个人限额，应按一般贸易办理；以下按应纳税额全额估算，仅供参考。": "Above the personal limits: it must be declared as general trade. The full tax below is for reference only.",
  "税款测算仅供参考，海关如何分摊运费和进位没有公布，以电子税单为准。": "This estimate is for reference only: customs has not published how it splits freight and rounds. The tax bill is what counts.",
};

export const TAX_PATTERNS: readonly Pattern[] = [
  [
    /^运费 (\S+) 元、保费 (\S+) 元(按商品总价的比例|平均)分摊到各项商品，余数计入最后一项。$/,
    (freight, insurance, split) => `Freight of CNY ${freight} and insurance of CNY ${insurance} are split ${split === "平均" ? "evenly over the items" : "over the items by their prices"}; the remainder goes to the last item.`,
  ],
  [
    /^第 (\d+) 项 (.*)（(\w*)）：总价 (\S+) 元，分摊运保费 (\S+) 元，完税价格 (\S+) 元；增值税率 (\S+?)，消费税率 ([^（。\s]+?)(（.*）)?。$/,
    (n, name, code, price, beside, taxable, vat, consumption, isUnknown) =>
      `Item ${n} ${name} (${code}): price CNY ${price}, share of freight and insurance CNY ${beside}, dutiable value CNY ${taxable}; VAT rate ${vat}, consumption tax rate ${consumption}${isUnknown === undefined ? "" : " (the platform has no rates for this code: estimated with VAT of 13% and consumption tax of 0)"}.`,
  ],
  [
    /^(关税|消费税|增值税) ＝ (.+) ＝ (\S+) 元(?:，本项税款 (\S+) 元(?:（综合税率 (\S+)）)?)?。$/,
    (name = "", sum = "", result, total, rate) => `${named(name)} = ${formula(sum)} = CNY ${result}${total === undefined ? "" : `; tax on this item CNY ${total}${rate === undefined ? "" : ` (combined rate ${rate})`}`}.`,
  ],
  [
    /^合计：完税价格 (\S+) 元，关税 (\S+) 元，消费税 (\S+) 元，增值税 (\S+) 元，税款共 (\S+) 元。$/,
    (taxable, duty, consumption, vat, sum) => `Total: dutiable value CNY ${taxable}, duty CNY ${duty}, consumption tax CNY ${consumption}, VAT CNY ${vat}; CNY ${sum} of tax in all.`,
  ],
  [
    /^电子税单：关税 (\S+) 元，消费税 (\S+) 元，增值税 (\S+) 元；平台测算：关税 (\S+) 元，消费税 (\S+) 元，增值税 (\S+) 元$/,
    (duty, consumption, vat, ownDuty, ownConsumption, ownVat) =>
      `Tax bill: duty CNY ${duty}, consumption tax CNY ${consumption}, VAT CNY ${vat}. Estimate of the platform: duty CNY ${ownDuty}, consumption tax CNY ${ownConsumption}, VAT CNY ${ownVat}`,
  ],
];
