// Keys on the page of probable citations: y yes, n no, s skip, u undo. Without scripts the buttons do the same.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!/^[ynsu]$/.test(event.key)) return;
  const wanted = document.querySelector(`[aria-keyshortcuts="${event.key}"]`);
  if (wanted && !document.body.dataset.sent) wanted.click();
});
// One decision a page: a second key, or a second click, while the answer is on its way would decide on nothing.
document.addEventListener("submit", (event) => {
  if (document.body.dataset.sent) event.preventDefault();
  document.body.dataset.sent = "1";
});
window.addEventListener("pageshow", () => { delete document.body.dataset.sent; });
