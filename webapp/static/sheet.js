// The key "?" opens the help sheet over the page; without this it leads to it.
"use strict";
(() => {
  const link = document.querySelector('[data-key="?"]');
  if (!link || location.pathname === new URL(link.href).pathname) return;
  let sheet = null;
  const made = async () => {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const worn = new Set([...document.styleSheets].map((one) => one.href));
    for (const one of page.querySelectorAll('link[rel=stylesheet]:not([media])'))
      if (!worn.has(new URL(one.getAttribute("href"), location).href)) document.head.append(document.importNode(one));
    const found = document.createElement("dialog");
    found.className = "over";
    found.setAttribute("aria-label", "How to search");
    const bar = document.createElement("form");
    bar.method = "dialog";
    const close = document.createElement("button");
    close.textContent = "Close";
    close.autofocus = true;
    bar.append(close);
    const inside = document.createElement("div");
    inside.className = "sheet";
    const [heading, ...parts] = page.querySelector("main").children;  // the keys first; addresses are for its own page
    inside.append(heading, ...parts.filter((one) => one.id === "keys"), ...parts.filter((one) => !one.matches("nav, #keys, #addresses")));
    for (const one of inside.querySelectorAll("[id]")) one.removeAttribute("id");
    found.append(bar, inside);
    found.addEventListener("click", (event) => { if (event.target === found) found.close(); });  // beside it
    document.body.append(found);
    document.dispatchEvent(new Event("keys-shown"));
    return found;
  };
  link.addEventListener("click", async (event) => {
    if (event.isTrusted) return;  // who clicks the link wants the page
    event.preventDefault();
    if (sheet?.open) { sheet.close(); return; }
    try { sheet ||= await made(); } catch { location.assign(link.href); return; }
    if (!sheet.open) sheet.showModal();
  });
})();
