// States and outcomes (办理结果) of messages and documents, their orders, and how they look.
import { say } from "../../i18n";

/** In the order of the life of a message; what waits for a person before what is over. */
export const STATES = ["received", "waiting", "checked", "sent", "answered", "held", "settled", "refused"] as const;

/** What has become of what is over, in the one order of all tiles, columns, charts and filters. */
export const RESULTS = ["released", "accepted", "rejected", "faulty", "refused"] as const;

/** What became of it (办理结果); what nothing has become of yet comes last. */
export const OUTCOMES = [...RESULTS, "waiting"] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Outcomes after which the company must act. */
export const BAD = ["rejected", "faulty", "refused"] as const;

export function isBad(outcome: string | null | undefined): boolean {
  return BAD.some((one) => one === outcome);
}

/** Of what came back: nobody must act on it any more, so nothing about it alarms. */
export function isDealt(of: { outcome: string; needsAction: boolean }): boolean {
  return isBad(of.outcome) && !of.needsAction;
}

const OUTCOME_LOOK: Record<OutcomeName, string> = {
  rejected: "bad",
  faulty: "bad",
  refused: "bad",
  waiting: "now",
  accepted: "good",
  released: "good",
};

/** The colour of an outcome; what came back and needs nothing any more has none. */
export function outcomeLook(outcome: string, needsAction?: boolean): string {
  const known = OUTCOMES.find((one) => one === outcome);
  return known === undefined || (isBad(known) && needsAction === false) ? "" : OUTCOME_LOOK[known];
}

/** Customs' statuses are an open set: below zero is a fault, 100 a rejection, and some mean that it stopped. */
export function statusClass(status: number): string {
  if (status < 0 || [4, 100, 501, 502, 503, 599, 700].includes(status)) return "bad";
  return [120, 399, 800, 899].includes(status) ? "good" : "now";
}

/** A receipt of the platform itself has the status of a fault, and another name: it refused the message. */
export function isOwnRefusal(name: string | null | undefined): boolean {
  return name === say("zh-CN", "outcome.refused");
}
