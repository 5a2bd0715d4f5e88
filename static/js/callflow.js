// A callflow: outline and drawing in step, a keyboard's way through the outline, zoom, find. Hooks are data-*.
(() => {
  const page = () => document.querySelector("[data-flow]");
  if (!page()) return;
  let scale = 1, known = new Map(), steps = new Map(), cords = new Map(), chosen = null, way = [], roving = null;

  // By step its row in the outline, its part of the drawing and the cord that leads to it; `wake` reads them anew when
  // they have changed.
  const byStep = (parts) => new Map(Array.from(page().querySelectorAll(parts), (one) => [one.dataset.step, one]));
  const drawn = (step) => steps.get(step);
  const items = () => [...known.values()];
  const shown = () => items().filter((item) => !item.parentElement.hidden);
  const itemOf = (step) => known.get(step);

  // ---- the one step that is chosen ----
  const NEAR = 12; // pixels to the edge at which a step counts as cut off: its ring has room
  const rove = (item) => {
    if (roving) roving.tabIndex = -1;
    roving = item;
    item.tabIndex = 0;
  };
  const intoView = (step, near = NEAR) => {
    const place = drawn(step)?.querySelector(".box"), canvas = page().querySelector("[data-canvas]");
    if (!place || !canvas) return;
    const box = place.getBoundingClientRect(), around = canvas.getBoundingClientRect();
    if (box.left < around.left + near || box.right > around.right - near) canvas.scrollLeft += box.left - around.left - (around.width - box.width) / 2;
    if (box.top < around.top || box.bottom > around.bottom) canvas.scrollTop += box.top - around.top - (around.height - box.height) / 2;
  };
  // A ring stands around what is chosen, found or aimed at; all others have none, for they are many.
  const ringed = (part, name, isSo) => {
    part.classList.toggle(name, isSo);
    const ring = part.querySelector(":scope > .ring"), box = part.querySelector(".box");
    if (!part.matches(".sel, .found, .aim")) return void ring?.remove();
    if (ring) return;
    const made = document.createElementNS(box.namespaceURI, "rect");
    const [x, width, height] = ["x", "width", "height"].map((one) => Number(box.getAttribute(one)));
    const around = { class: "ring", x: x - 4, y: -4, width: width + 8, height: height + 8, rx: 11 };
    for (const [one, value] of Object.entries(around)) made.setAttribute(one, value);
    part.querySelector(":scope > :not(.cord)").before(made);
  };
  const unmark = (one) => {
    for (const part of [drawn(one), cords.get(one)]) part?.classList.remove("way");
    if (drawn(one)) ringed(drawn(one), "sel", false);
  };
  const mark = (step) => {
    way.forEach(unmark);
    itemOf(chosen)?.setAttribute("aria-selected", "false");
    chosen = step;
    way = [];
    for (let one = step; one; one = itemOf(one)?.dataset.above ?? (one === "root" ? null : "root")) way.push(one);
    for (const one of way) for (const part of [drawn(one), cords.get(one)]) part?.classList.add("way");
    if (drawn(step)) ringed(drawn(step), "sel", true);
    itemOf(step)?.setAttribute("aria-selected", "true");
    intoView(step);
  };
  const choose = (step, { focus = false } = {}) => {
    const item = itemOf(step);
    if (!item || item.getAttribute("aria-disabled")) return;
    mark(step);
    rove(item);
    if (focus) item.focus();
    history.replaceState(history.state, "", item.href);
    return htmx.ajax("GET", item.href, { target: "#flow-panel", swap: "outerHTML" });
  };

  // ---- folding a branch, or opening the callflow that a step leads into: only the work area is drawn anew ----
  const redraw = (link, { focus = false } = {}) => goTo(link.closest("[data-step]").dataset.step, link.getAttribute("href"), focus);
  const goTo = async (step, href, focus) => {
    const address = new URL(href, location), words = page().querySelector("[data-find-step]").value;
    const canvas = page().querySelector("[data-canvas]"), at = [canvas.scrollLeft, canvas.scrollTop];
    address.searchParams.set("step", step);
    // htmx.ajax would put it behind a panel that is on its way, and go on here before anything is drawn.
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return void location.assign(address);
    htmx.swap("[data-flow]", await answer.text(), { swapStyle: "outerHTML" }, { select: "[data-flow]" });
    history.replaceState(history.state, "", address);
    [page().querySelector("[data-canvas]").scrollLeft, page().querySelector("[data-canvas]").scrollTop] = at;
    page().querySelector("[data-find-step]").value = words;
    begin(step);
    if (focus) itemOf(step)?.focus();
  };
  const foldOf = (item) => drawn(item.dataset.step)?.querySelector("[data-fold]");

  // ---- clicks: in the drawing, in the outline, on a problem ----
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !page()?.contains(event.target)) return;
    const part = event.target.closest(".sb-flow .step > a.fold, [data-redraw]");
    if (part) {
      event.preventDefault();
      redraw(part, { focus: part.matches("[data-redraw]") }); // it stands in the panel, which is drawn anew as well
      return;
    }
    const problem = event.target.closest("[data-problem]");
    const link = event.target.closest("[data-outline] a, .sb-flow .step > a:not(.fold)");
    if (!problem && !link) return;
    const step = problem ? problem.dataset.problem : link.closest("[data-step]").dataset.step;
    if (!itemOf(step)) return; // folded away: the page shows it
    event.preventDefault();
    if (problem?.dataset.at) whenDrawn(() => toField(problem.dataset.at));
    choose(step, { focus: Boolean(problem) });
  });
  // Once the panel is there: other parts of the page that settle meanwhile are no sign of it.
  const whenDrawn = (act) => {
    const heard = (event) => {
      if (event.target.id !== "flow-panel") return;
      document.removeEventListener("htmx:afterSettle", heard);
      act();
    };
    document.addEventListener("htmx:afterSettle", heard);
  };
  // The field of a place in the settings of a step, or of what is around the place: where a problem is mended.
  const toField = (place) => {
    let field = null;
    for (let at = place; at && !field; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) field = document.getElementById(`set_${at}`);
    field?.closest("details")?.setAttribute("open", "");
    const control = field?.matches("div, fieldset") ? field.querySelector("input:not([type=hidden]), select, textarea") : field;
    (control?.tomselect ?? control)?.focus();
  };

  // ---- the keyboard in the outline ----
  const parentOf = (item) => itemOf(item.dataset.above ?? "root");
  const follow = (item, way) => {
    const all = shown(), at = all.indexOf(item);
    if (way === "ArrowDown") return all[at + 1];
    if (way === "ArrowUp") return all[at - 1];
    if (way === "Home") return all[0];
    if (way === "End") return all.at(-1);
    if (way === "ArrowLeft") return item.dataset.step === "root" ? null : parentOf(item);
    if (way === "ArrowRight") return all.find((one) => one.dataset.above === item.dataset.step);
    return null;
  };
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.("[data-outline] [role=treeitem]");
    if (event.key === "F8" && page()) {
      const problems = [...page().querySelectorAll("[data-problem]")];
      if (!problems.length) return;
      event.preventDefault();
      const at = problems.findIndex((one) => one.hasAttribute("data-seen"));
      problems[at]?.removeAttribute("data-seen");
      const next = problems[(at + 1) % problems.length];
      next.setAttribute("data-seen", "");
      if (itemOf(next.dataset.problem)) choose(next.dataset.problem, { focus: true });
      else next.click(); // folded away: the page unfolds it
      return;
    }
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      choose(item.dataset.step);
      return;
    }
    const unfolds = { ArrowLeft: "true", ArrowRight: "false" }[event.key];
    if (unfolds && item.getAttribute("aria-expanded") === unfolds && foldOf(item)) {
      event.preventDefault();
      redraw(foldOf(item), { focus: true });
      return;
    }
    const next = follow(item, event.key);
    if (next) {
      event.preventDefault();
      rove(next);
      next.focus();
      mark(next.dataset.step);
    }
  });

  // ---- find: a row whose branch is folded stands for what fits in there as well ----
  const fitsItself = (item, wanted) => item.textContent.toLowerCase().includes(wanted);
  const fitsInside = (item, wanted) => {
    const inside = (item.dataset.inside ?? "").split("\n").map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ")).toLowerCase()]);
    return inside.find(([, words]) => words.includes(wanted))?.[0];
  };
  const narrow = (words) => {
    const wanted = words.trim().toLowerCase();
    for (const item of items()) {
      const fits = !wanted || fitsItself(item, wanted) || Boolean(fitsInside(item, wanted));
      item.parentElement.hidden = !fits;
      const part = drawn(item.dataset.step), isFound = Boolean(wanted) && fits;
      if (part && part.classList.contains("found") !== isFound) ringed(part, "found", isFound);
    }
    return wanted;
  };
  const find = (words) => {
    const wanted = narrow(words), first = shown()[0];
    if (first) rove(first);
    if (first && wanted) intoView(first.dataset.step);
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-find-step]")) find(event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[data-find-step]") || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const first = shown()[0], wanted = event.target.value.trim().toLowerCase();
    if (!first) return;
    const inside = wanted && !fitsItself(first, wanted) && fitsInside(first, wanted);
    if (inside) goTo(inside, first.getAttribute("href"), true); // the page unfolds the way to it
    else choose(first.dataset.step, { focus: true });
  });

  // ---- zoom; all of a drawing may need to be smaller than one makes it by hand, but nobody sees a step of ten pixels ----
  const LEAST = 0.2, FIT_LEAST = 0.08, READABLE = 0.75;
  const zoom = (to, least = Math.min(LEAST, scale)) => {
    const drawing = page().querySelector("svg.sb-flow");
    if (!drawing) return;
    scale = Math.min(2, Math.max(least, to));
    const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
    const size = { width: String(width * scale), height: String(height * scale) };
    for (const [name, value] of Object.entries(size)) if (drawing.getAttribute(name) !== value) drawing.setAttribute(name, value); // each lays all of it out
    const now = page().querySelector("[data-zoom-now]");
    if (now) now.textContent = `${Math.round(scale * 100)} %`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (!button) return;
    const canvas = page().querySelector("[data-canvas]"), drawing = page().querySelector("svg.sb-flow");
    const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
    const fit = Math.max(FIT_LEAST, Math.min(canvas.clientWidth / width, canvas.clientHeight / height, 1));
    zoom({ in: scale * 1.2, out: scale / 1.2, one: 1, fit }[button.dataset.zoom], Math.min(LEAST, scale, fit));
    if (chosen) intoView(chosen);
  });

  // ---- what only a script can do is shown by it ----
  const wake = (step) => {
    for (const part of page().querySelectorAll("[data-find-step], [data-find-module], [data-zoom-bar]")) part.hidden = false;
    known = byStep("[data-outline] [role=treeitem]");
    steps = byStep(".sb-flow .step");
    cords = byStep(".sb-flow .cord");
    for (const item of known.values()) if (item !== roving && item.tabIndex !== -1) item.tabIndex = -1;
    const words = page().querySelector("[data-find-step]")?.value;
    if (words) narrow(words);
    zoom(scale);
    mark(step);
    rove(itemOf(step));
  };
  const begin = (step) => {
    for (const part of page().querySelectorAll(".sb-flow .way:not(.sel)")) part.classList.remove("way");
    way = [page().querySelector(".sb-flow .sel")?.dataset.step].filter(Boolean);
    wake(step);
  };
  // At first a drawing is as small as it must be to be seen in its breadth, and as large as one must have it to read.
  const sizeAtFirst = () => {
    const drawing = page().querySelector("svg.sb-flow"), width = drawing?.viewBox.baseVal.width ?? 0;
    scale = width > 3 * innerWidth ? READABLE : Math.min(1, Math.max(READABLE, page().querySelector("[data-canvas]").clientWidth / width));
  };
  sizeAtFirst();
  begin(page().querySelector("[data-outline] [aria-selected=true]")?.dataset.step ?? "root");
  intoView(chosen, Infinity);
  // What is folded at first the next act has to say.
  if (itemOf(chosen)?.search.includes("fold=")) history.replaceState(history.state, "", itemOf(chosen).href);
  window.switchboardFlow = { choose, page, itemOf, wake, ringed, chosen: () => chosen };
})();
