// Headings of tables stay in sight while the page is scrolled; the page scrolls inside the frame.
export const STICKY = { getContainer: (): HTMLElement | Window => document.getElementById("content") ?? window };
