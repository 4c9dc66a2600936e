// Files that can be declared from, and what the platform is told that they are.

export const FILES_ACCEPTED = ".xlsx,.csv,.xml,.json";
/** The platform refuses more; said before a long upload. */
export const FILE_MAX = 10 * 1024 * 1024;

export const SET_ACCEPTED = ".xlsx,.csv,.xml,.json,.zip";
/** Most bytes of one preflight; the platform refuses more. */
export const SET_MAX = 32 * 1024 * 1024;

export function contentType(name: string): string {
  switch (name.toLowerCase().split(".").at(-1)) {
    case "xlsx":
      return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case "csv":
      return "text/csv";
    case "json":
      return "application/json";
    case "xml":
      return "application/xml";
    default:
      // The platform tells by the content what it is, and says so.
      return "application/octet-stream";
  }
}
