// The console begins here.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { connection, watchNetwork } from "./api/connection";
import { QUERIES } from "./api/queries";
import { Languages, useLanguage } from "./i18n";
import { PAGES } from "./pages";
import { MENU } from "./pages/menu";
import { Bell, ImportantNotices } from "./pages/notices/Bell";
import { Todos } from "./pages/shared/Todos";
import { type Site, SiteContext } from "./shell/page";
import { SessionGate } from "./shell/SessionGate";
import { Shell } from "./shell/Shell";
import { themeOf } from "./theme";
import { Boundary } from "./view/ErrorView";
import "./styles.css";

const client = new QueryClient({
  defaultOptions: {
    queries: QUERIES,
    mutations: { networkMode: "always" },
  },
});

watchNetwork(window);
// The platform is back: everything on the screen is asked for again.
connection.watch(() => {
  if (connection.current() === undefined) void client.invalidateQueries();
});

const SITE: Site = { pages: PAGES, menu: MENU };

function Root() {
  const { language } = useLanguage();
  dayjs.locale(language === "en" ? "en" : "zh-cn");
  return (
    <ConfigProvider locale={language === "en" ? en : zh} theme={themeOf(language)} button={{ autoInsertSpace: false }}>
      {/* What is told appears below the head, so that it hides neither menu nor to-dos nor account. */}
      <App notification={{ top: 92 }} message={{ top: 92 }}>
        <Boundary>
          <SessionGate>
            <SiteContext value={SITE}>
              <Shell
                tools={
                  <>
                    <Todos />
                    <Bell />
                  </>
                }
                news={<ImportantNotices />}
              />
            </SiteContext>
          </SessionGate>
        </Boundary>
      </App>
    </ConfigProvider>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Languages>
        <QueryClientProvider client={client}>
          <BrowserRouter basename="/console">
            <Root />
          </BrowserRouter>
        </QueryClientProvider>
      </Languages>
    </StrictMode>,
  );
}
