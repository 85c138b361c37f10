// A conversation for those who have scripts on: read messages fold, n and p step through what was found, later pages
// come in as one reaches them. Without scripts links do the same.
"use strict";
(() => {
  const bodies = document.querySelector(".bodies");
  const store = "unsealed-read", most = 20000;
  const entries = () => [...bodies.querySelectorAll(".entry")];
  const fold = (entry) => entry.querySelector("details");
  const quietly = (work, instead) => { try { return work(); } catch { return instead; } };  // no storage: nothing is read

  // What this browser has read: the first digits of ids, the newest last.
  const read = new Set(quietly(() => JSON.parse(localStorage.getItem(store)), null) || []);
  const keep = () => quietly(() => localStorage.setItem(store, JSON.stringify([...read].slice(-most))));
  const seen = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting, boundingClientRect } of changes) {
      const entry = target.closest(".entry");
      if ((isIntersecting || boundingClientRect.bottom < 0) && fold(entry).open && !read.has(entry.dataset.id)) { read.add(entry.dataset.id); keep(); }
    }
  });
  const watch = (entry) => {
    const end = document.createElement("span");
    fold(entry).append(end);
    seen.observe(end);
  };

  const uncover = (place) => { for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) box.open = true; };
  const reveal = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (!place) return;
    uncover(place);
    place.scrollIntoView();
  };
  const asked = new URLSearchParams(location.search);
  const settle = (list) => {
    const last = entries().at(-1);
    for (const entry of list) {
      if (asked.get("open")) fold(entry).open = asked.get("open") === "all";
      if (read.has(entry.dataset.id)) {
        entry.classList.add("read");
        if (!asked.get("open") && !asked.get("q") && entry !== last) fold(entry).open = false;
      }
      watch(entry);
      spot.observe(entry);
    }
  };

  // The message one is at, in the tree beside.
  const spot = new IntersectionObserver((changes) => {
    const change = changes.find((one) => one.isIntersecting);
    const inside = change && change.target.querySelector(".inside");
    if (!inside) return;
    for (const link of document.querySelectorAll(".outline a[aria-current]")) link.removeAttribute("aria-current");
    const link = document.querySelector(`.outline a[href$="#${CSS.escape(inside.id)}"]`);
    if (!link) return;
    link.setAttribute("aria-current", "true");
    const box = link.closest(".outline");
    const gap = link.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (gap < 40 || gap > box.clientHeight - 40) box.scrollTop += gap - box.clientHeight / 2;
  }, { rootMargin: "-20% 0px -70% 0px" });

  // Open all, fold all: in place, and in the address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-fold]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const entry of entries()) fold(entry).open = link.dataset.fold === "all";
    for (const other of link.parentElement.children) other.toggleAttribute("aria-current", other === link);
    link.setAttribute("aria-current", "true");
    const page = new URL(link.href);
    if (asked.get("page")) page.searchParams.set("page", asked.get("page"));
    history.replaceState(null, "", page);
    asked.set("open", link.dataset.fold);
  });

  // n and p: from word to word, those on one screen of a message at once, and from message to message.
  let at = null;
  const show = (stop) => {
    for (const old of document.querySelectorAll("mark.here")) old.classList.remove("here");
    at = stop;
    uncover(stop);
    if (stop.matches("mark")) stop.classList.add("here");
    stop.scrollIntoView({ block: "center" });
  };
  const stops = () => entries().filter((entry) => entry.matches(".found")).flatMap((entry) => {
    const marks = [...entry.querySelectorAll(".inside mark:not(.cited)")];
    return marks.length ? marks : [entry.querySelector(".inside")];
  });
  const step = (forward) => {
    const list = stops();
    if (!list.length) return;
    const now = list.indexOf(at);
    let next = forward ? now + 1 : (now < 0 ? list.length : now) - 1;
    const near = (one) => one.closest(".entry") === at.closest(".entry") && Math.abs(one.getBoundingClientRect().top - at.getBoundingClientRect().top) < innerHeight / 3;
    if (now >= 0) while (list[next] && near(list[next])) next += forward ? 1 : -1;
    if (list[next]) return show(list[next]);
    const edge = now >= 0 && at.closest(".entry").querySelector(forward ? ".steps .after" : ".steps .before");
    if (edge && !edge.getAttribute("href").startsWith("#")) edge.click();
  };
  document.addEventListener("single-key", (event) => { if (event.detail === "n" || event.detail === "p") step(event.detail === "n"); });

  // Later pages, as one comes near the end of this one.
  const more = () => bodies.querySelector(':scope > .chunks:last-child a[rel="next"]');
  const grow = new IntersectionObserver(async (changes) => {
    const link = more();
    if (!link || !changes.some((one) => one.isIntersecting)) return;
    const nav = link.parentElement;
    grow.unobserve(nav);
    nav.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const added = [...page.querySelectorAll(".bodies > .letter")];
      const next = page.querySelectorAll(".bodies > .chunks");
      for (const one of added) nav.before(document.adoptNode(one));
      nav.replaceWith(document.adoptNode(next[next.length - 1]));
      for (const local of document.querySelectorAll(".outline a, .bodies a")) {  // what was on another page is here now
        const place = local.hash && local.getAttribute("href")[0] !== "#" && local.pathname === location.pathname && document.getElementById(local.hash.slice(1));
        if (place) local.setAttribute("href", local.hash);
      }
      settle(added.filter((one) => one.matches(".entry")));
      const end = more();
      if (end) grow.observe(end.parentElement);
    } catch { nav.removeAttribute("aria-busy"); }  // the link is still there
  }, { rootMargin: "0px 0px 1200px 0px" });

  if (matchMedia("(max-width: 62rem)").matches) for (const box of document.querySelectorAll(".outline details")) box.open = false;
  settle(entries());
  // a message on another page: the server knows which
  if (/^#m-g?[0-9a-f]{8,}$/.test(location.hash) && !document.getElementById(location.hash.slice(1))) {
    const q = asked.get("q");
    location.replace(location.pathname.replace(/[^/]*$/, location.hash.slice(3)) + (q ? `?q=${encodeURIComponent(q)}` : ""));
  } else {
    reveal();
    const last = more();
    if (last) grow.observe(last.parentElement);
  }
  window.addEventListener("hashchange", () => {
    reveal();
    const entry = document.querySelector(".entry:has(> details > :target)");
    const words = entry && entry.matches(".found") && (entry.querySelector(".inside mark:not(.cited)") || entry.querySelector(".inside"));
    if (words) at = words;
  });
  // the print sheet shows what is folded, in browsers that can
  if (!CSS.supports("selector(::details-content)")) window.addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll(".entry > details, .entry .quote, .entry .quote details")) box.open = true;
  });
})();
