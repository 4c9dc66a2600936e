//! Codes of policies and waiting lists.

web::codes! {
    NOT_WAITING = "TG-R4431", 409, "报文没有在等待配套单证", "The message is not waiting for related documents",
        "只有状态为“待对碰”的报文可以放行；它可能已经因为配套单证到齐、等待时间已到或其他人放行而继续处理。",
        "请刷新后查看报文的最新状态。",
        "Only a message in the state “Waiting for documents” can be released. Its related documents may have arrived, its waiting time may be over, or someone else may have released it.",
        "Reload it to see its current state.";
    NO_POLICY = "TG-R4432", 400, "没有这种对碰策略", "No such matching policy",
        "对碰策略只能是 off（不对碰）、warn（只提示）或 hold（不齐先等待）。",
        "请改为其中之一。",
        "The policy must be off (no matching), warn (warn only) or hold (wait for related documents).",
        "Choose one of these.";
}
