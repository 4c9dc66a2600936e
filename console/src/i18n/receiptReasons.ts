// What the reason codes of customs and the faults of the E-Port mean, and what to do, in English: by the Chinese
// sentence as the platform tells it. A test keeps it whole.
export const RECEIPT_REASONS: Readonly<Record<string, string>> = {
  "等待海关人工审核。": "Waiting for manual review at customs.",
  "无需重报，请等待审核结果。": "Do not declare again: wait for the decision.",
  "海关人工退单，原因见返回信息（常见为身份证号码有误）。": "Rejected manually by customs; see the receipt text for the reason, often a wrong identity number.",
  "请按返回信息更正，用新的 guid 重新申报；返回信息看不明白时联系主管海关。":
    "Correct what the receipt text points out and declare again with a new guid; if the text is unclear, ask your customs office.",
  "海关系统异常。": "A system fault at customs.",
  "内容没有问题：请稍后换一个新的 guid 原样重新申报；多次出现请联系平台。":
    "The content is fine: declare it again later, unchanged, with a new guid; if it happens repeatedly, contact the platform.",
  "担保企业的保证金或保函额度不足。": "The guarantor's deposit or guarantee is not enough.",
  "请担保企业补足额度后，换一个新的 guid 原样重新申报。": "Have the guarantor top it up, then declare it again unchanged with a new guid.",
  "订购人超过个人年度交易限值 26,000 元。": "The buyer exceeds the yearly limit of CNY 26,000 per person.",
  "将超过订购人的个人年度交易限值 26,000 元。": "The buyer would exceed the yearly limit of CNY 26,000 per person.",
  "此单不能按跨境电商零售进口申报；请取消订单，或改按一般贸易办理。":
    "It cannot be declared as a cross-border retail import: cancel the order, or declare it as general trade.",
  "清单与订单的商品项数不一致。": "List and order have a different number of goods.",
  "请核对清单与订单的商品行，使行数和序号一致；更正有误的一方，用新的 guid 重新申报。":
    "Make the goods of list and order agree in number and sequence; correct the side that is wrong and declare again with a new guid.",
  "清单与订单的商品明细不一致。": "The goods of list and order differ.",
  "请逐行核对商品货号、名称、数量和单价，更正有误的一方，用新的 guid 重新申报。":
    "Compare item number, name, quantity and price line by line; correct the side that is wrong and declare again with a new guid.",
  "订购人与支付人的姓名或证件号码不一致。": "Buyer and payer differ in name or identity number.",
  "请核对订单的订购人姓名、证件号码（buyerName、buyerIdNumber）与支付单的支付人姓名、证件号码（payerName、payerIdNumber）；更正有误的一方，用新的 guid 重新申报。":
    "Compare the buyer of the order (buyerName, buyerIdNumber) with the payer of the payment (payerName, payerIdNumber); correct the side that is wrong and declare again with a new guid.",
  "支付金额与订单实际支付金额不一致。": "The amount paid differs from what the order says was paid.",
  "请核对订单的实际支付金额（acturalPaid）与支付单的支付金额（amountPaid）；更正有误的一方，已入库的单证按变更（appType 2）申报，再用新的 guid 重新申报被退的单证。":
    "Compare acturalPaid of the order with amountPaid of the payment; correct the side that is wrong (change a document that customs has accepted with appType 2), then declare the rejected document again with a new guid.",
  "海关没有公开此代码的含义。": "Customs has not published the meaning of this code.",
  "请按返回信息处理；返回信息看不明白时联系主管海关。": "Follow the receipt text; if it is unclear, ask your customs office.",
  "订单与支付单的支付企业不一致。": "Order and payment name different payment companies.",
  "请核对订单与支付单的支付企业代码（payCode），更正有误的一方，用新的 guid 重新申报。":
    "Compare payCode of order and payment; correct the side that is wrong and declare again with a new guid.",
  "清单与订单的订购人不一致。": "List and order name different buyers.",
  "请核对清单与订单的订购人姓名、证件号码，更正有误的一方，用新的 guid 重新申报。":
    "Compare the buyer's name and identity number in list and order; correct the side that is wrong and declare again with a new guid.",
  "清单与订单的订购人电话不一致。": "List and order have different telephone numbers of the buyer.",
  "请核对清单与订单的订购人电话（buyerTelephone），更正有误的一方，用新的 guid 重新申报。":
    "Compare buyerTelephone of list and order; correct the side that is wrong and declare again with a new guid.",
  "海关逻辑校验通过。": "Customs' checks have passed.",
  "无需处理；清单请等待放行（800）与结关（899）。": "Nothing to do; for a list wait for release (800) and clearance (899).",
  "海关同意撤销。": "Customs has approved the cancellation.",
  "企业类型无效。": "The company type is invalid.",
  "请核对企业在电子口岸的备案类型；备案更正后用新的 guid 重新申报。":
    "Check the company's type as registered at the E-Port; once that is corrected, declare again with a new guid.",
  "企业代码无效。": "The company code is invalid.",
  "请核对报文中的企业代码是否已在海关登记，更正后用新的 guid 重新申报。":
    "Check that the company code in the message is registered with customs; correct it and declare again with a new guid.",
  "规范没有规定此代码；曾在撤销申请回执中出现。": "This code is not in the standard; it has been seen in receipts for cancellation requests.",
  "请按返回信息处理；不清楚时请联系平台。": "Follow the receipt text; if it is unclear, contact the platform.",
  "报文没有通过格式或内容校验，没有申报到海关。": "The message failed the format or content check and was not declared to customs.",
  "请按返回信息和“校验问题”逐项更正，用新的 guid 重新申报；更正前可先用预检功能检查。":
    "Correct what the receipt text and the findings point out and declare again with a new guid; you can check it with Preflight first.",
  "订单没有商品表体。": "The order has no goods.",
  "请至少填写一行商品后，用新的 guid 重新申报。": "Fill in at least one line of goods and declare again with a new guid.",
  "订单商品序号重复。": "Two goods of the order have the same gnum.",
  "请使 gnum 从 1 起连续且不重复，用新的 guid 重新申报。": "Number gnum from 1 without gaps or repeats and declare again with a new guid.",
  "没有找到要操作的订单。": "The order to be changed was not found.",
  "请核对订单编号、电商平台代码；变更、删除须针对已申报的订单。":
    "Check orderNo and ebpCode; only an order that was declared can be changed or deleted.",
  "按所给编号找到多份订单。": "Several orders have this number.",
  "请联系平台协助核对。": "Contact the platform to check.",
  "业务报文为空。": "The message is empty.",
  "请检查生成报文的程序，更正后用新的 guid 重新申报。": "Check the program that makes the message, correct it and declare again with a new guid.",
  "参数校验失败。": "A value failed the check.",
  "请按返回信息核对代码类字段（币制、国家、计量单位等），更正后用新的 guid 重新申报。":
    "Check the coded fields named in the receipt text (currency, country, unit and so on), correct them and declare again with a new guid.",
  "报送类型（appType）有误，或没有找到要操作的订单。": "appType is wrong, or the order to be changed was not found.",
  "新增填 1，变更填 2，删除填 3；变更和删除须针对已有订单。": "1 is new, 2 a change, 3 a deletion; the last two need an order that exists.",
  "该编号的订单已存在。": "An order with this number exists already.",
  "如为更正，请将报送类型（appType）填为 2（变更）；如为新订单，请使用新的订单编号。":
    "To correct it, declare with appType 2 (change); for a new order use a new orderNo.",
  "订单已用于申报的清单，当前状态不允许此操作。": "A declared list uses the order, so this cannot be done now.",
  "请先处理对应的清单：未放行的申请撤销（CEB623），已放行的申请退货（CEB625）。":
    "Deal with the list first: cancel it (CEB623) if it is not released, return it (CEB625) if it is.",
  "没有相符的操作。": "No matching operation.",
  "请核对报送类型（appType）与业务状态（appStatus），更正后用新的 guid 重新申报。":
    "Check appType and appStatus, correct them and declare again with a new guid.",
  "电子口岸系统异常。": "A system fault at the E-Port.",
  "内容没有问题：请稍后换一个新的 guid 原样重新申报。": "The content is fine: declare it again later, unchanged, with a new guid.",
  "收到的报文比已存的旧，未作处理。": "The message is older than the stored one and was ignored.",
  "无需处理；如确为新内容，请更新报送时间（appTime），换一个新的 guid 重新申报。":
    "Nothing to do. If the content really is new, update appTime and declare again with a new guid.",
  "一份报文中的单证过多。": "The message contains too many documents.",
  "请拆分报文，每份不超过 100 单，各用新的 guid 重新申报。": "Split it into messages of 100 documents at most and declare each with a new guid.",
  "签名校验失败。": "The signature does not verify.",
  "请检查签名证书是否有效、是否为申报单位所有，并在签名之后原样发送；更正后用新的 guid 重新申报。":
    "Check that the certificate is valid and belongs to the declarant, and that nothing changes after signing; then declare again with a new guid.",
  "没有找到要操作的支付单。": "The payment to be changed was not found.",
  "请核对支付企业代码与支付交易编号；变更、删除须针对已申报的支付单。":
    "Check payCode and payTransactionId; only a payment that was declared can be changed or deleted.",
  "没有找到支付单的状态。": "The status of the payment was not found.",
  "请查询支付单是否已入库；没有时用新的 guid 重新申报。": "Check whether customs has accepted the payment; if not, declare it again with a new guid.",
  "按所给编号找到多份支付单。": "Several payments have this number.",
  "报送类型（appType）有误，或没有找到要操作的支付单。": "appType is wrong, or the payment to be changed was not found.",
  "新增填 1，变更填 2，删除填 3；变更和删除须针对已有支付单。": "1 is new, 2 a change, 3 a deletion; the last two need a payment that exists.",
  "该编号的支付单已存在。": "A payment with this number exists already.",
  "如为更正，请将报送类型（appType）填为 2（变更）；如为另一笔支付，请核对支付交易编号。":
    "To correct it, declare with appType 2 (change); if it is another payment, check payTransactionId.",
  "支付单已用于申报的清单，当前状态不允许此操作。": "A declared list uses the payment, so this cannot be done now.",
  "请按返回信息核对代码类字段，更正后用新的 guid 重新申报。":
    "Check the coded fields named in the receipt text, correct them and declare again with a new guid.",
  "运单报文解析失败。": "The waybill could not be read.",
  "请先用平台的预检功能检查报文结构，更正后用新的 guid 重新申报。":
    "Check its structure with Preflight, correct it and declare again with a new guid.",
  "运单报文为空。": "The waybill is empty.",
  "该编号的运单已存在。": "A waybill with this number exists already.",
  "如为更正，请将报送类型（appType）填为 2（变更）；如为另一票货物，请使用新的运单编号。":
    "To correct it, declare with appType 2 (change); for another shipment use a new logisticsNo.",
  "报送类型（appType）有误，或没有找到要操作的运单。": "appType is wrong, or the waybill to be changed was not found.",
  "新增填 1，变更填 2，删除填 3；变更和删除须针对已有运单。": "1 is new, 2 a change, 3 a deletion; the last two need a waybill that exists.",
  "运单已用于申报的清单，当前状态不允许此操作。": "A declared list uses the waybill, so this cannot be done now.",
  "运单状态报文解析失败。": "The waybill status could not be read.",
  "运单状态报文为空。": "The waybill status is empty.",
  "该运单状态已存在。": "This waybill status exists already.",
  "无需重复申报。": "There is no need to declare it again.",
  "入库单没有商品表体。": "The warehousing list has no goods.",
  "入库单校验失败，详见返回信息。": "The warehousing list failed the check; see the receipt text.",
  "请按返回信息更正后，用新的 guid 重新申报。": "Correct what the receipt text points out and declare again with a new guid.",
  "入库单解析失败。": "The warehousing list could not be read.",
  "入库单已存在。": "The warehousing list exists already.",
  "无需重复申报；如为更正，请将报送类型（appType）填为 2（变更）。":
    "There is no need to declare it again; to correct it, use appType 2 (change).",
};
