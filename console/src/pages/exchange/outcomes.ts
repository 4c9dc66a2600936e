// States and outcomes (办理结果) of messages and documents, their orders, and how they look.

/** In the order of the life of a message; what waits for a person before what is over. */
export const STATES = ["received", "waiting", "checked", "sent", "answered", "held", "settled", "refused"] as const;

/** What became of it (办理结果), in the order in which a company wants to see them. */
export const OUTCOMES = ["rejected", "faulty", "refused", "waiting", "accepted", "released"] as const;

/** The same in the order of the life of a document, as filters offer them: refused by the platform, turned down by the E-Port, then by customs. */
export const OUTCOMES_OF_A_LIFE = ["waiting", "refused", "faulty", "rejected", "accepted", "released"] as const;

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
