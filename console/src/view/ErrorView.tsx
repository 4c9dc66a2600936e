// A problem as a person needs it: what happened, what to do, and the number to tell on the telephone.
import { Alert, Button, Space } from "antd";
import { Component, createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { Link } from "react-router";
import { ApiError } from "../api/problem";
import { type Translate, useLanguage, useT, type Word } from "../i18n";
import { Sentence } from "../i18n/sentence";
import { LoadError, recover } from "./lazily";
import { OutageAdvice } from "./Outage";
import { roleNames } from "./roleNames";

/** The page above that of a record: where its list is. */
export const ListContext = createContext<{ path: string; title: Word } | undefined>(undefined);

export function problemTitle(error: unknown, t: Translate, english: boolean): string {
  if (!(error instanceof ApiError)) return t("error.title");
  if (error.status === 0) return t("error.offline");
  return (english ? error.problem?.titleEn : error.problem?.title) ?? `${t("error.title")} (${error.status})`;
}

export function ProblemText({ error }: { error: unknown }) {
  const { t, language } = useLanguage();
  if (!(error instanceof ApiError)) return <p>{error instanceof Error ? error.message : String(error)}</p>;
  const { problem, requestId } = error;
  const given = language === "en" ? problem?.adviceEn : problem?.advice;
  const advice = given ?? (error.status === 0 ? t("error.offlineAdvice") : t("error.unknownAdvice"));
  return (
    <div className="problem">
      {problem?.detail != null && <p><Sentence text={roleNames(language, problem.detail)} /></p>}
      {problem?.line != null && <p>{t("finding.line", { n: problem.line })}</p>}
      <p>
        <strong>{t("error.advice")}</strong>
        {roleNames(language, advice)}
      </p>
      <p className="soft">
        {problem !== undefined && (
          <a href={problem.type} target="_blank" rel="noreferrer">
            {problem.code} {t("error.code")}
          </a>
        )}
        {requestId !== undefined && (
          <span>
            {t("error.requestId")} <code>{requestId}</code>
          </span>
        )}
      </p>
    </div>
  );
}

export function ErrorView({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, language } = useLanguage();
  const list = useContext(ListContext);
  const isNotFound = error instanceof ApiError && error.status === 404;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problemTitle(error, t, language === "en")}
      description={
        <Space orientation="vertical">
          <ProblemText error={error} />
          {error instanceof ApiError && error.status === 503 && <OutageAdvice />}
          {/* What is not there is not there a moment later: the list tells what is. */}
          {isNotFound && list !== undefined && <Link to={list.path}>{t("error.toList", { name: t(list.title) })}</Link>}
          {!isNotFound && retry !== undefined && <Button onClick={retry}>{t("error.retry")}</Button>}
        </Space>
      }
    />
  );
}

/** How often a page whose file did not come is tried again, in milliseconds. */
const RETRY_MS = 3_000;

/** A page whose file did not come: it is asked for again by itself, or at once by hand; the console as a whole by hand only. */
function LoadFailed({ error, again }: { error: LoadError; again: () => void }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [offer, setOffer] = useState<"other" | "same">();
  const retry = useCallback(async () => {
    const { step, isOther } = await recover(error);
    if (step === "again") again();
    if (step === "offer") setOffer(isOther ? "other" : "same");
  }, [error, again]);
  useEffect(() => {
    if (offer !== undefined) return;
    const timer = setInterval(() => void retry(), RETRY_MS);
    return () => clearInterval(timer);
  }, [retry, offer]);
  const press = () => {
    setBusy(true);
    void retry().finally(() => setBusy(false));
  };
  return (
    <Alert
      type={offer === "other" ? "warning" : "error"}
      showIcon
      role="alert"
      title={t(offer === "other" ? "error.newRelease" : "error.load")}
      description={
        <Space orientation="vertical">
          <span>{t(offer === undefined ? "error.loadAdvice" : "error.reloadAdvice")}</span>
          {offer === undefined ? (
            <Button loading={busy} onClick={press}>
              {t("error.retry")}
            </Button>
          ) : (
            <Button type="primary" onClick={() => window.location.reload()}>
              {t("error.reload")}
            </Button>
          )}
        </Space>
      }
    />
  );
}

/** Keeps a page that throws from taking the frame with it. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  readonly again = () => this.setState({ error: undefined });

  override render() {
    if (this.state.error === undefined) return this.props.children;
    if (this.state.error instanceof LoadError) return <LoadFailed error={this.state.error} again={this.again} />;
    return <ErrorView error={this.state.error} retry={this.again} />;
  }
}
