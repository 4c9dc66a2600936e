// Colours and letters. Grey texts are darker than the library's own, so that every text has the
// contrast of 4.5 to 1.
import type { ThemeConfig } from "antd";

const GREY = "#5b6472";

const LETTERS = '"PingFang SC","Microsoft YaHei","HarmonyOS Sans SC","Noto Sans CJK SC",system-ui,-apple-system,sans-serif';

export const themeOf = (language: "zh-CN" | "en"): ThemeConfig => ({
  token: {
    colorPrimary: "#1554ad",
    colorLink: "#1554ad",
    colorError: "#b91c1c",
    colorText: "#1f2937",
    colorTextSecondary: "#4b5563",
    colorTextTertiary: GREY,
    colorTextDescription: GREY,
    colorTextPlaceholder: "#667085",
    borderRadius: 4,
    fontSize: 14,
    fontFamily: language === "en" ? `"Latin quotes",${LETTERS}` : LETTERS,
    motionDurationMid: "0.12s",
    motionDurationSlow: "0.16s",
  },
  components: {
    Layout: { headerHeight: 48, headerPadding: "0 12px 0 4px", headerBg: "#ffffff", siderBg: "#0f2a5c", bodyBg: "#f3f5f9" },
    Table: { headerBg: "#eef2f8", cellPaddingBlockSM: 7 },
    Descriptions: { itemPaddingBottom: 8 },
  },
});
