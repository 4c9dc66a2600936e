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
import { POLL_MS } from "./api/live";
import { ApiError, isRefused } from "./api/problem";
import { Languages, useLanguage } from "./i18n";
import { PAGES } from "./pages";
import { MENU } from "./pages/menu";
import { Bell, ImportantNotices } from "./pages/notices/Bell";
import { Todos } from "./pages/shared/Todos";
import { type Site, SiteContext } from "./shell/page";
import { SessionGate } from "./shell/SessionGate";
import { Shell } from "./shell/Shell";
import { theme } from "./theme";
import { Boundary } from "./view/ErrorView";
import "./styles.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays one; only a platform that does not answer is asked again.
      retry: (n, error) => n < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
      // Events tell of messages and receipts at once; whatever else others change is asked for again
      // while the page is looked at, and when somebody comes back to it.
      // What was refused stays so until something else is asked or somebody presses the button.
      refetchOnWindowFocus: (query) => !isRefused(query.state.error),
      refetchOnReconnect: "always",
      refetchInterval: (query) => (isRefused(query.state.error) ? false : POLL_MS),
      // Without a network a request fails at once and says so, instead of waiting without a word.
      networkMode: "always",
      staleTime: 5_000,
    },
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
    <ConfigProvider locale={language === "en" ? en : zh} theme={theme} button={{ autoInsertSpace: false }}>
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
