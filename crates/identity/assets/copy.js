"use strict";

// Shows the buttons that copy a text; without scripts the text is there to be selected.
for (const text of document.querySelectorAll("[data-copy]")) {
  const button = text.nextElementSibling;
  if (!button || !navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = label), 2000);
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
}
