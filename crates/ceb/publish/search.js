// The search box: words of ENTRIES that hold every typed word; exact ones first.
(() => {
  const MOST = 40;
  const input = document.getElementById("q");
  const list = document.getElementById("found");
  const entries = ENTRIES.map(([word, what, href]) => ({ word, what, href, text: `${word} ${what}`.toLowerCase() }));
  const rank = (entry, typed) => {
    const word = entry.word.toLowerCase();
    if (word === typed) return 0;
    return word.startsWith(typed) ? 1 : 2;
  };
  const show = () => {
    const typed = input.value.trim().toLowerCase();
    list.replaceChildren();
    list.hidden = typed === "";
    if (typed === "") return;
    const words = typed.split(/\s+/);
    const hits = entries
      .filter((entry) => words.every((word) => entry.text.includes(word)))
      .sort((a, b) => rank(a, typed) - rank(b, typed))
      .slice(0, MOST);
    for (const hit of hits) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const small = document.createElement("small");
      link.href = hit.href;
      link.textContent = hit.word;
      small.textContent = hit.what;
      link.append(small);
      item.append(link);
      list.append(item);
    }
    if (hits.length === 0) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = "没有找到";
      list.append(none);
    }
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") {
      input.value = "";
      show();
    }
  });
  list.addEventListener("click", () => {
    list.hidden = true;
  });
})();
