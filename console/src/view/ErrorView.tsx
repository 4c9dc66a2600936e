// A problem as a person needs it: what happened, what to do, and the number to tell on the telephone.
import { Alert, Button, Space } from "antd";
import { Component, type ReactNode, useEffect, useState } from "react";
import { useConnection } from "../api/connection";
import { ApiError } from "../api/problem";
import { type Translate, useLanguage, useT } from "../i18n";
import { Told } from "../i18n/told";
import { LoadError, reloadWhenThere } from "./lazily";

export function problemTitle(error: unknown, t: Translate, english: boolean): string {
  if (!(error instanceof ApiError)) return t("error.title");
  if (error.status === 0) return t("error.offline");
  return (english ? error.problem?.titleEn : error.problem?.title) ?? `${t("error.title")} (${error.status})`;
}

export function ProblemText({ error }: { error: unknown }) {
  const t = useT();
  if (!(error instanceof ApiError)) return <p>{error instanceof Error ? error.message : String(error)}</p>;
  const { problem, requestId } = error;
  const advice = problem?.advice ?? (error.status === 0 ? t("error.offlineAdvice") : t("error.unknownAdvice"));
  return (
    <div className="problem">
      {problem?.detail != null && <p><Told text={problem.detail} /></p>}
      {problem?.line != null && <p>{t("finding.line", { n: problem.line })}</p>}
      <p>
        <strong>{t("error.advice")}</strong>
        {advice}
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
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problemTitle(error, t, language === "en")}
      description={
        <Space orientation="vertical">
          <ProblemText error={error} />
          {retry !== undefined && <Button onClick={retry}>{t("error.retry")}</Button>}
        </Space>
      }
    />
  );
}

/** A page whose file did not come: it is loaded anew, by hand or when the platform is back. */
function LoadFailed() {
  const t = useT();
  const down = useConnection();
  const [busy, setBusy] = useState(false);
  const [wasDown, setWasDown] = useState(false);
  const retry = () => {
    setBusy(true);
    void reloadWhenThere().finally(() => setBusy(false));
  };
  useEffect(() => {
    if (down !== undefined) setWasDown(true);
    else if (wasDown) void reloadWhenThere();
  }, [down, wasDown]);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t("error.load")}
      description={
        <Space orientation="vertical">
          <span>{t("error.loadAdvice")}</span>
          <Button loading={busy} onClick={retry}>
            {t("error.retry")}
          </Button>
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

  override render() {
    if (this.state.error === undefined) return this.props.children;
    if (this.state.error instanceof LoadError) return <LoadFailed />;
    return <ErrorView error={this.state.error} retry={() => this.setState({ error: undefined })} />;
  }
}
