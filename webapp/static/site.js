// Single keys, for those who have scripts on; everything works without. What bears data-key="x" is pressed by x: of several
// the one in the stop that the focus is in, else the first on the page. webapp/keyboard.py says what each is for.
"use strict";
(() => {
  const STOPS = ".hits .hit, .entry, .letter.ghost, .source, .pager .next";
  const FIELD = "input, textarea, select, [contenteditable]";
  const OFF = "unsealed-keys-off", LIST = "unsealed-list", LEFT = "unsealed-left";
  const kept = (store, name, value) => {  // a browser may refuse to keep anything
    try {
      if (value === undefined) return store().getItem(name);
      if (value === null) store().removeItem(name); else store().setItem(name, value);
    } catch { /* then nothing is remembered */ }
    return null;
  };
  const forever = () => localStorage, tab = () => sessionStorage;
  const seen = (one) => one.checkVisibility ? one.checkVisibility() : one.getClientRects().length > 0;
  const linkOf = (stop) => stop.matches("a") ? stop : ["h3 a", ":scope > details > summary", ".when a", "h2 a", "a"].map((css) => stop.querySelector(css)).find(Boolean);

  const mark = () => {  // who reads the page aloud says the keys, if there are any
    const off = kept(forever, OFF) !== null;
    for (const one of document.querySelectorAll("[data-key]"))
      if (off) one.removeAttribute("aria-keyshortcuts"); else one.setAttribute("aria-keyshortcuts", one.dataset.key);
    for (const one of document.querySelectorAll("[data-keys]")) { one.checked = !off; one.closest("[hidden]")?.removeAttribute("hidden"); }
  };
  const press = (key, stop) => {
    const css = `[data-key="${CSS.escape(key)}"]`;
    const wanted = [...(stop?.querySelectorAll(css) || []), ...document.querySelectorAll(css)].find(seen);
    if (!wanted) return false;
    if (wanted.matches("input, textarea")) { wanted.focus(); wanted.select(); } else wanted.click();
    return true;
  };

  let here = null;
  const stopNow = (stops) => stops.find((stop) => stop.contains(document.activeElement)) || (stops.includes(here) ? here : null);
  const go = (step) => {
    const stops = [...document.querySelectorAll(STOPS)].filter(seen);
    const now = stops.indexOf(stopNow(stops));
    const inView = stops.findIndex((stop) => stop.getBoundingClientRect().top >= 0);
    const next = now >= 0 ? now + step : step > 0 ? inView : inView - 1;
    here = stops[Math.max(0, Math.min(stops.length - 1, next))];
    if (!here) return;
    here.scrollIntoView({ block: here.offsetHeight > innerHeight ? "start" : "nearest" });
    linkOf(here)?.focus({ preventScroll: true });
  };
  const leave = (list) => { kept(tab, LEFT, location.pathname); location.assign(list); };
  const up = () => {  // the link on the page leads there without scripts, too; but it knows the query alone
    const back = document.querySelector(".up a"), list = kept(tab, LIST);
    const at = (address) => { const url = new URL(address, location); return url.pathname + "?" + (url.searchParams.get("q") || ""); };
    if (back && list && at(list) === at(back.href)) back.href = list;
    return back ? back.href : list && list !== location.pathname + location.search ? list : "";
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(FIELD);
    if (field && event.key === "Escape" && !event.defaultPrevented) field.blur();
    if (field || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = event.key, moves = key === "j" || key === "k";
    if (key.length !== 1 || key === " " || kept(forever, OFF) !== null || document.body.dataset.sent || (event.repeat && !moves)) return;
    if (key !== "?" && document.querySelector("dialog[open]")) return;
    const stop = stopNow([...document.querySelectorAll(STOPS)]);
    if (press(key, stop)) event.preventDefault();
    else if (moves) go(key === "j" ? 1 : -1);
    else if (key === "o" && stop) linkOf(stop)?.click();
    else if (key === "u" && up()) leave(up());
    else document.dispatchEvent(new CustomEvent("single-key", { detail: key }));  // a page's own script may know it
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys]")) { kept(forever, OFF, event.target.checked ? null : "1"); mark(); }
  });

  mark();
  document.addEventListener("keys-shown", mark);
  up();
  document.querySelector(".up a")?.addEventListener("click", () => kept(tab, LEFT, location.pathname));
  if (document.querySelector("main .hits")) {  // a list: this is where `u` leads back to, on the line that was opened
    kept(tab, LIST, location.pathname + location.search);
    const left = kept(tab, LEFT);
    const opened = left && [...document.querySelectorAll(".hits .hit a")].find((link) => link.pathname === left);
    if (opened) { here = opened.closest(".hit"); linkOf(here).focus({ preventScroll: true }); here.scrollIntoView({ block: "center", behavior: "instant" }); }
    kept(tab, LEFT, null);
  }
})();
