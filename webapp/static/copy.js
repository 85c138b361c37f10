// Every text that is made to be copied gets a button that does it; words selected in a mail go into the form to cite them.
"use strict";
for (const text of document.querySelectorAll(".forms textarea")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const label = document.querySelector(`label[for="${text.id}"]`);
  button.setAttribute("aria-label", `Copy as ${label.textContent}`);
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // where the page came without encryption from another machine
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  label.after(button);
}
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const words = document.getElementById("cited-words");
  if (!words || !selection || selection.isCollapsed || !selection.rangeCount) return;
  const inside = selection.getRangeAt(0).commonAncestorContainer;
  const within = inside.nodeType === Node.TEXT_NODE ? inside.parentElement : inside;
  if (within.closest(".letter > .text")) words.value = selection.toString().trim().slice(0, 2000);
});
