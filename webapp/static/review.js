// One decision a page: a second key, or a second click, while the answer is on its way would decide on nothing.
"use strict";
document.addEventListener("submit", (event) => {
  if (document.body.dataset.sent) event.preventDefault();
  document.body.dataset.sent = "1";
});
window.addEventListener("pageshow", () => { delete document.body.dataset.sent; });
