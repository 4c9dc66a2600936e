// A part of the console in a file of its own (按需加载). A file that did not come is asked for again, and the page appears
// where it was to appear; nothing else on the screen is lost. After a new release the old file is gone for good, and some
// browsers keep a file that failed as failed: then the person is offered to load the console anew as a whole.
import { type ComponentType, lazy } from "react";
import { nextStep, type Step } from "./recovery";

/** The file of a page could not be loaded. */
export class LoadError extends Error {
  constructor(
    cause: unknown,
    /** How often it was tried while the platform could be reached. */
    readonly tries: number,
    /** Forgets the failure, so that the file is asked for once more. */
    readonly again: () => void,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "LoadError";
  }
}

/** Nobody loads what they never open. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let tries = 0;
  const make = () =>
    lazy(async () => {
      try {
        return { default: await load() };
      } catch (error) {
        throw new LoadError(error, tries, again);
      }
    });
  let Part = make();
  const again = () => {
    tries += 1;
    Part = make();
  };
  return function Lazily(props: Props) {
    return <Part {...props} />;
  };
}

/** The scripts that a page of the console begins with: those of another release have other names. */
const scriptsOf = (page: Document): string => [...page.querySelectorAll("script[src]")].map((one) => one.getAttribute("src")).join(" ");

/** Looks whether the platform has the console, and of which release. */
async function look(): Promise<"gone" | "same" | "other"> {
  try {
    const response = await fetch(window.location.href, { cache: "no-store", headers: { accept: "text/html" } });
    if (!response.ok) return "gone";
    const there = scriptsOf(new DOMParser().parseFromString(await response.text(), "text/html"));
    return there === scriptsOf(document) ? "same" : "other";
  } catch {
    return "gone";
  }
}

/** Tries to get what did not come, and says which step was taken, and whether there is another release. */
export async function recover(error: LoadError): Promise<{ step: Step; isOther: boolean }> {
  const found = await look();
  const step = nextStep({ found, tries: error.tries });
  if (step === "again") error.again();
  return { step, isOther: found === "other" };
}
