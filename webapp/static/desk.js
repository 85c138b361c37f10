// The desk with scripts on: stars without a new page, words that are selected become what a note is about.
"use strict";
document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || !button.classList.contains("star")) return;
  event.preventDefault();
  const data = new FormData(event.target, button);
  button.disabled = true;
  try {
    const answer = await fetch(event.target.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    button.value = button.value.replace(/^\w+/, on ? "unstar" : "star");
    button.title = on ? "Starred" : "Star this message";
  } catch { button.disabled = false; button.classList.remove("star"); button.click(); }
  button.disabled = false;
  button.focus();
});
document.addEventListener("change", (event) => {
  if (event.target.matches('.pick input[type="checkbox"]')) document.querySelector(".bulk details").open = true;
});
const pen = Object.assign(document.createElement("button"), { type: "button", className: "take-note", textContent: "Note on these words" });
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  pen.remove();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const text = (inside.nodeType === Node.TEXT_NODE ? inside.parentElement : inside).closest("[data-note]");
  const words = text && selection.toString().trim();
  if (!words) return;
  const box = range.getBoundingClientRect();
  pen.style.left = `${Math.max(8, Math.min(box.left + scrollX, scrollX + document.documentElement.clientWidth - 180))}px`;
  pen.style.top = `${box.bottom + scrollY + 8}px`;
  const around = document.createRange();
  around.selectNodeContents(text);
  around.setEnd(range.startContainer, range.startOffset);
  const before = around.toString().slice(-300);
  around.selectNodeContents(text);
  around.setStart(range.endContainer, range.endOffset);
  pen.onpointerdown = (pressed) => pressed.preventDefault();
  pen.onclick = () => take(document.getElementById(text.dataset.note), words, before, around.toString().slice(0, 300));
  document.body.append(pen);
});
function take(form, words, before, after) {
  pen.remove();
  for (let box = form.querySelector("details"); box; box = box.parentElement.closest("details")) box.open = true;
  Object.assign(form.elements.words, { value: words.slice(0, 20000) });
  form.elements.before.value = before;
  form.elements.after.value = after;
  form.scrollIntoView({ block: "center" });
  form.elements.text.focus();
}
