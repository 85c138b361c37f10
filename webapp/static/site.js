// Keys for those who have scripts on; everything works without. "/" search, j/k move, o open, "?" help.
"use strict";
(() => {
  const stops = () => [...document.querySelectorAll(".hits .hit, .entry, .letter.ghost")].filter((stop) => stop.offsetParent);
  let here = -1;
  const go = (step) => {
    const list = stops();
    if (!list.length) return;
    here = Math.max(0, Math.min(list.length - 1, here + step));
    const link = list[here].querySelector("h2 a, h3 a, .when a");
    list[here].scrollIntoView({ block: "nearest" });
    if (link) link.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if (field && event.key === "Escape") field.blur();
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.getElementById("q");
    if (event.key === "/" && box) { event.preventDefault(); box.focus(); box.select(); }
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o" && here >= 0) { const link = stops()[here].querySelector("h3 a, .when a"); if (link) link.click(); }
    else if (event.key === "?") { const help = document.querySelector('nav a[href$="/help"]'); if (help) help.click(); }
  });
})();
