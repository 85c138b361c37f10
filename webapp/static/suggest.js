// Suggestions below the search box while one types, as a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
// Without this the box is a box.
"use strict";
(() => {
  const box = document.getElementById("q");
  if (!box) return;
  const address = new URL("suggest.json", new URL(box.form.action, location.href));
  const list = document.createElement("ul");
  const told = document.createElement("p");
  Object.assign(list, { id: "suggestions", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  told.className = "hidden";
  told.setAttribute("role", "status");
  box.form.append(list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "suggestions"]])
    box.setAttribute(name, value);
  let found = [], here = -1, waiting = 0, asking = null;
  const points = (text) => [...text].length;  // the server counts code points
  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    found = []; here = -1;
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const move = (to) => {
    here = to;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === here)));
    if (here < 0) box.removeAttribute("aria-activedescendant");
    else { box.setAttribute("aria-activedescendant", `suggestion-${here}`); list.children[here].scrollIntoView({ block: "nearest" }); }
  };
  const take = (one) => {
    box.value = one.q;
    const caret = [...one.q].slice(0, one.at).join("").length;
    box.focus();
    box.setSelectionRange(caret, caret);
    close();
    if (one.kind === "operator") later();
  };
  const show = (suggestions) => {
    found = suggestions; here = -1;
    list.replaceChildren(...found.map((one, at) => {
      const line = document.createElement("li");
      Object.assign(line, { id: `suggestion-${at}`, className: one.kind });
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      const parts = [["label", one.label], ["note", one.note], ["kind", one.kind]].filter(([, text]) => text);
      for (const [name, text] of parts) {
        const part = document.createElement("span");
        part.className = name;
        part.textContent = text;
        line.append(part, " ");
      }
      line.addEventListener("pointerdown", (event) => event.preventDefault());  // the box keeps the focus
      line.addEventListener("click", () => take(one));
      return line;
    }));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = found.length ? `${found.length} suggestion${found.length > 1 ? "s" : ""}` : "";
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const asked = new URL(address);
    asked.searchParams.set("q", box.value);
    asked.searchParams.set("at", points(box.value.slice(0, box.selectionEnd)));
    try {
      const answer = await fetch(asked, { signal: asking.signal });
      if (answer.ok && document.activeElement === box) show((await answer.json()).suggestions); else close();
    } catch (error) { if (error.name !== "AbortError") close(); }
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); };
  box.addEventListener("input", (event) => {
    if (event.isComposing) return;
    if (box.value.trim()) later(); else close();
  });
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || !found.length) return;
    const key = event.key, last = found.length - 1;
    if (key === "ArrowDown") move(here < last ? here + 1 : -1);
    else if (key === "ArrowUp") move(here < 0 ? last : here - 1);
    else if (key === "Enter" && here >= 0) take(found[here]);
    else if (key === "Escape") close();
    else return;
    event.preventDefault();
  });
})();
