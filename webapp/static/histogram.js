// Dragging over the histogram narrows the search to those dates; without this each bar is a link.
"use strict";
(() => {
  const figure = document.querySelector("figure.histogram");
  const form = document.querySelector("form.dates");
  if (!figure || !form) return;
  const svg = figure.querySelector("svg");
  const { unit } = figure.dataset;
  const low = Number(figure.dataset.low), slots = Number(figure.dataset.slots);
  const pad = (number, digits) => String(number).padStart(digits, "0");
  const day = (number) => new Date((number - 719163) * 864e5).toISOString().slice(0, 10);  // days since the year 1
  // first and last of a slot, as the query language writes them
  const ends = {
    decade: (slot) => [`${pad(slot, 3)}0`, `${pad(slot, 3)}9`],
    year: (slot) => [pad(slot, 4), pad(slot, 4)],
    month: (slot) => Array(2).fill(`${pad(Math.floor(slot / 12), 4)}-${pad(slot % 12 + 1, 2)}`),
    day: (slot) => [day(slot), day(slot)],
    hour: (slot) => Array(2).fill(`${day(Math.floor(slot / 24))}T${pad(slot % 24, 2)}`),
  }[unit];
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.max(0, Math.min(slots - 1, Math.floor((event.clientX - box.left) / box.width * slots)));
  };
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  drawn.setAttribute("class", "drawn");
  drawn.setAttribute("height", "100");
  const told = document.createElement("output");
  figure.style.position = "relative";
  let start = -1, end = -1, moved = false;
  const span = () => [Math.min(start, end), Math.max(start, end)];
  const show = (event) => {
    const [from, to] = span();
    drawn.setAttribute("x", from / slots * 1000);
    drawn.setAttribute("width", (to - from + 1) / slots * 1000);
    const [first, last] = [ends(low + from)[0], ends(low + to)[1]];
    told.textContent = first === last ? first : `${first} to ${last}`;
    const box = figure.getBoundingClientRect();
    told.style.left = `${Math.max(70, Math.min(box.width - 70, event.clientX - box.left))}px`;
    told.style.top = "0";
  };
  const stop = () => { start = -1; drawn.remove(); told.remove(); };
  svg.addEventListener("dragstart", (event) => event.preventDefault());  // links would be dragged away
  svg.addEventListener("pointerdown", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    start = end = at(event);
    moved = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (start < 0) return;
    end = at(event);
    if (!moved && end !== start) {
      moved = true;
      svg.setPointerCapture(event.pointerId);
      svg.append(drawn);
      figure.append(told);
    }
    if (moved) show(event);
  });
  svg.addEventListener("pointerup", () => {
    if (start < 0) return;
    const [from, to] = span();
    const narrow = moved;
    stop();
    if (!narrow) return;  // a click on a bar is a link
    form.elements.since.value = ends(low + from)[0];
    form.elements.until.value = ends(low + to)[1];
    form.requestSubmit();
  });
  svg.addEventListener("pointercancel", stop);
  svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && start >= 0) { moved = false; stop(); } });
})();
