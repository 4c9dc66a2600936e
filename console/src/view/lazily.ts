// A part of the console in a file of its own (按需加载). A browser keeps a file that failed as failed,
// and after a new release the old file is gone for good; so the way on is to load the console anew.
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

/** The file of a page could not be loaded. */
export class LoadError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "LoadError";
  }
}

/** Nobody loads what they never open. */
export function lazily<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      throw new LoadError(error);
    }
  });
}

/** Loads the whole console anew once the platform has it; answers false while it does not. */
export async function reloadWhenThere(): Promise<boolean> {
  try {
    const response = await fetch(window.location.href, { cache: "no-store", headers: { accept: "text/html" } });
    if (!response.ok) return false;
  } catch {
    return false;
  }
  window.location.reload();
  return true;
}
