// What is selected in a text goes into the box below it, with the place where it begins: equal words may stand twice.
"use strict";
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const text = (inside.nodeType === Node.TEXT_NODE ? inside.parentElement : inside).closest("[data-words]");
  if (!text) return;
  const form = text.closest("form");
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(range.startContainer, range.startOffset);
  form.elements[`${text.dataset.words}_words`].value = range.toString().slice(0, 20000);
  form.elements[`${text.dataset.words}_at`].value = [...before.toString()].length;
});
document.addEventListener("input", (event) => {
  const at = event.target.form && event.target.form.elements[event.target.name.replace("_words", "_at")];
  if (at && event.target.name.endsWith("_words")) at.value = "";
});
