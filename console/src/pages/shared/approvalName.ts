// What an approval is about: the platform's title tells the kind and then the thing.
import { audienceOf } from "../notices/Audience";

interface Approval {
  kindName: string;
  title: string;
}

/** The thing without the kind, which stands beside it; releases before may have named the kind otherwise. */
export function objectOf({ kindName, title }: Approval): string {
  if (title.startsWith(`${kindName}：`)) return title.slice(kindName.length + 1);
  return /^[^：]+：((?:CEB\d{3} TG|未匹配回执 ).*)$/.exec(title)?.[1] ?? title;
}

export interface Part {
  text: string;
  /** Our word for it, where it has one. */
  word?: "parked.one";
  /** It is the code of a kind of messages, a business key, or a status of customs. */
  kind?: string;
  key?: { kind: string; text: string };
  status?: number;
  /** Whom a notice is for, as the platform calls it or by its code. */
  audience?: string;
  /** Where it leads to; for whom may call the operation. */
  to?: string;
  needs?: "message" | "parked" | "users";
}

/** Kinds about an account; their titles name its login between blanks. */
const ABOUT_ACCOUNT = /^((?:解除|授予|收回) )(\S+)( .*)$/;

/** A notice: its title, and whom it is for; older requests tell the code of the audience. */
const ABOUT_NOTICE = /^(.*)（(?:对象：)?((?:[^（）]|（[^（）]*）)+)）$/;

/** A message: its kind, its number, and whose it is. */
const ABOUT_MESSAGE = /^(CEB\d{3} )?(TG[0-9A-HJKMNP-TV-Z]{13})(.*)$/;

/** A parked receipt: its kind with key and status as far as they can be read, or its id. */
const ABOUT_RECEIPT = /^未匹配回执 (?:(CEB\d{3})(?:，业务主键 (.+?))?(?:，状态 (-?\d+))?|(\d+))$/;

/** The thing in parts, with the way to it where it has a page: a message, parked receipts, an account. */
export function partsOf(approval: Approval & { kind: string }): Part[] {
  const text = objectOf(approval);
  const message = ABOUT_MESSAGE.exec(text);
  if (message !== null) {
    const [, kind = "", number = "", rest = ""] = message;
    return [
      ...(kind === "" ? [] : [{ text: kind.trim(), kind: kind.trim() }]),
      { text: number, to: `/messages/${number}`, needs: "message" as const },
      ...(rest.trim() === "" ? [] : [{ text: rest.trim() }]),
    ];
  }
  if (approval.kind.startsWith("receipt.")) {
    const receipt = ABOUT_RECEIPT.exec(text);
    const way = { to: "/operator/parked", needs: "parked" as const };
    if (receipt === null) return [{ text, ...way }];
    const [, kind, key, status, id] = receipt;
    return [
      { text: "未匹配回执", word: "parked.one", ...way },
      ...(kind === undefined ? [] : [{ text: kind, kind }]),
      ...(key === undefined || kind === undefined ? [] : [{ text: key, key: { kind, text: key } }]),
      ...(status === undefined ? [] : [{ text: status, status: Number(status) }]),
      ...(id === undefined ? [] : [{ text: id }]),
    ];
  }
  const account = ABOUT_ACCOUNT.exec(text);
  if (account !== null && /^(factor|role)\./.test(approval.kind)) {
    const [, before = "", login = "", after = ""] = account;
    return [{ text: before.trim() }, { text: login, to: `/users?q=${encodeURIComponent(login)}`, needs: "users" }, { text: after.trim() }];
  }
  const notice = approval.kind === "notice.publish" ? ABOUT_NOTICE.exec(text) : null;
  const [, title = "", audience = ""] = notice ?? [];
  if (audienceOf(audience) !== undefined) {
    return [{ text: title }, { text: audience, audience }];
  }
  return [{ text }];
}
