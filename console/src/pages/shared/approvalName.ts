// What an approval is about: the platform's title tells the kind and then the thing.
interface Approval {
  kindName: string;
  title: string;
}

/** The thing without the kind, which stands beside it. */
export function objectOf({ kindName, title }: Approval): string {
  return title.startsWith(`${kindName}：`) ? title.slice(kindName.length + 1) : title;
}

export interface Part {
  text: string;
  /** Where it leads to; for whom may call the operation. */
  to?: string;
  needs?: "message" | "parked" | "users";
}

/** Kinds about an account; their titles name its login between blanks. */
const ABOUT_ACCOUNT = /^((?:解除|授予|收回) )(\S+)( .*)$/;

/** The thing in parts, with the way to it where it has a page: a message, parked receipts, an account. */
export function partsOf(approval: Approval & { kind: string }): Part[] {
  const text = objectOf(approval);
  const number = /TG[0-9A-HJKMNP-TV-Z]{13}/.exec(text);
  if (number !== null) {
    const [found] = number;
    return [{ text: text.slice(0, number.index) }, { text: found, to: `/messages/${found}`, needs: "message" as const }, { text: text.slice(number.index + found.length) }].filter((part) => part.text !== "");
  }
  if (approval.kind.startsWith("receipt.")) return [{ text, to: "/operator/parked", needs: "parked" }];
  const account = ABOUT_ACCOUNT.exec(text);
  if (account !== null && /^(factor|role)\./.test(approval.kind)) {
    const [, before = "", login = "", after = ""] = account;
    return [{ text: before }, { text: login, to: `/users?q=${encodeURIComponent(login)}`, needs: "users" }, { text: after }];
  }
  return [{ text }];
}
