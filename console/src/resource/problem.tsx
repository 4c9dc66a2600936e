// Tells a person about a failed act, until they have read it.
import { App } from "antd";
import { useCallback } from "react";
import { ApiError } from "../api/problem";
import { useLanguage } from "../i18n";
import { ProblemText, problemTitle } from "../view/ErrorView";

export function useProblem(): (error: unknown) => void {
  const { notification } = App.useApp();
  const { t, language } = useLanguage();
  return useCallback(
    (error: unknown) => {
      // The login page is on its way already.
      if (error instanceof ApiError && error.status === 401) return;
      notification.error({
        title: problemTitle(error, t, language === "en"),
        description: <ProblemText error={error} />,
        duration: 0,
      });
    },
    [notification, t, language],
  );
}
