// The changes of a correction: by place, as the form keeps them, and as a list, as the API wants them.

/** New values by place; see `keyOf`. */
export type Edits = Readonly<Record<string, string>>;

export interface Edit {
  document: number;
  line?: number;
  element: string;
  value: string;
}

/** The name of a place: document, line (nothing for the head) and element. */
export function keyOf(document: number, line: number | undefined, element: string): string {
  return `${document}/${line ?? ""}/${element}`;
}


export function editList(edits: Edits): Edit[] {
  return Object.entries(edits).map(([key, value]) => {
    const [document = "", line = "", element = ""] = key.split("/");
    return { document: Number(document), ...(line === "" ? {} : { line: Number(line) }), element, value };
  });
}
