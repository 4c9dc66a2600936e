// Hands a document in with an application that was just opened.
import { send } from "../../api/client";

/** Attaches a file to a case as this document. */
export function attachTo(caseId: string, document: string, file: File): Promise<unknown> {
  return send("POST", "/api/v1/cases/{id}/attachments", { path: { id: caseId }, query: { document, name: file.name },
    body: file,
    type: "application/octet-stream" });
}
