// The acceptance number (受理号) of a message: its id as people read it aloud, as the platform writes it.

/** Crockford's digits, without letters that look like digits. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 13;

/** `TG` and 13 characters; what is no id of a message stays as it is. */
export function acceptanceNo(id: string): string {
  if (!/^\d{1,19}$/.test(id)) return id;
  let rest = BigInt(id);
  let text = "";
  for (let i = 0; i < LENGTH; i += 1) {
    text = (DIGITS[Number(rest & 31n)] ?? "0") + text;
    rest >>= 5n;
  }
  return `TG${text}`;
}

/** The id behind an acceptance number; nothing when it is none. */
export function messageIdOf(no: string): string | undefined {
  const digits = no.trim().toUpperCase();
  if (!digits.startsWith("TG") || digits.length !== LENGTH + 2) return undefined;
  let id = 0n;
  for (const digit of digits.slice(2)) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return undefined;
    id = (id << 5n) | BigInt(value);
  }
  return id.toString();
}
