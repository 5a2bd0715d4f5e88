// The editor of callflows: acts without loading the page anew, the keyboard, and dragging beside it. Hooks are data-*.
(() => {
  const flow = window.switchboardFlow;
  const work = () => document.getElementById("flow-work");
  if (!flow || !work()) return;
  const { chosen } = flow;
  let waiting = 0, queue = Promise.resolve();

  // ---- one act: the answer is what differs from what is shown ----
  // Who is faster than the server is not passed over: one act waits for the other.
  const send = (data, focus) => (queue = queue.then(() => sendNow(data, focus)));
  const sendNow = async (data, focus) => {
    work().setAttribute("aria-busy", "true");
    data.set("revision", work().dataset.revision);
    data.set("shown", switchboardPatch.shown());
    data.set("chosen", chosen());
    try {
      const here = location.pathname + location.search; // with what is folded and opened now
      const answer = await fetch(here, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) return void location.assign(elsewhere);
      if (!answer.ok || answer.redirected) return void location.reload();
      show(await answer.json(), focus, data.get("chosen"));
    } catch {
      location.reload();
    } finally {
      work()?.removeAttribute("aria-busy");
    }
  };
  const show = (said, focus, asked) => {
    const panel = document.getElementById("flow-panel"), name = (part) => part.firstElementChild.textContent.trim();
    const openParts = () => [...panel.querySelectorAll("details")];
    const open = openParts().filter((part) => part.open).map(name);
    const before = chosen(), panelAt = panel.scrollTop;
    work().dataset.revision = said.revision;
    switchboardPatch.patch(said);
    if (said.parts["flow-panel"]) {
      for (const part of openParts()) if (open.includes(name(part))) part.open = true;
      htmx.process(panel);
      htmx.trigger(panel, "htmx:afterSettle"); // for all who look after what came; at once, not after htmx's 20 ms
      panel.querySelector("[autofocus]")?.focus();
    }
    flow.wake(said.chosen); // writes only; what reads a place comes after, so that the page is laid out once
    if (panelAt && said.chosen !== before) panel.scrollTop = 0;
    if (before !== asked && flow.itemOf(before)) return void flow.choose(before); // chosen while the act was on its way
    const item = flow.itemOf(said.chosen);
    if (item.href !== location.href) history.replaceState(history.state, "", item.href);
    if (focus) item.focus();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-act]");
    if (!form) return;
    event.preventDefault();
    const keepsFocus = form.matches(".sb-flow-settings");
    send(new FormData(form, event.submitter), !keepsFocus);
  });
  const act = (what, more = {}) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", document.querySelector("#flow-add [name=csrfmiddlewaretoken]").value);
    data.set("revision", work().dataset.revision);
    data.set("act", what);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return send(data, true);
  };
  const onStep = (what) => chosen() !== "root" && act(what, { step: chosen() });
  // Below a step; below the one that is chosen on the branch that its form says.
  const below = (to) => {
    const { key, other } = to === chosen() ? document.getElementById("flow-add").elements : {};
    return to === "root" ? {} : { to, key: key?.value ?? "", other: other?.value ?? "" };
  };
  const onPlace = (what) => act(what, below(chosen()));

  // ---- the keyboard ----
  document.addEventListener("keydown", (event) => {
    if (!work() || event.target.closest?.("input, textarea, select, .ts-wrapper, [contenteditable]")) return;
    const withCtrl = (event.ctrlKey || event.metaKey) && !event.altKey;
    const key = event.key.toLowerCase();
    const inOutline = event.target.closest?.("[data-outline], [data-canvas]") || event.target === document.body;
    const acts = {
      z: () => act(event.shiftKey ? "redo" : "undo"),
      y: () => act("redo"),
      ...(inOutline && { c: () => onStep("copy"), x: () => onStep("cut"), v: () => onPlace("paste"), d: () => onStep("duplicate") }),
    };
    if (withCtrl && acts[key] && !(key === "c" && String(getSelection()))) {
      event.preventDefault();
      acts[key]();
    } else if (!withCtrl && inOutline && event.key === "Delete") {
      event.preventDefault();
      onStep(event.shiftKey ? "remove_branch" : "remove");
    } else if (!withCtrl && inOutline && key === "a") {
      event.preventDefault();
      work().querySelector("[data-palette]").open = true;
      work().querySelector("[data-find-module]").select(); // what was looked for last is typed over
    } else if (!withCtrl && inOutline && key === "m" && document.querySelector("[data-key=move]")) {
      event.preventDefault();
      const target = document.querySelector("[data-key=move]");
      target.closest("details").open = true;
      target.focus();
    }
  });
  // a choice in the outline is a choice for the next act as well
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.("[data-outline] [role=treeitem]");
    if (item && ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        if (document.activeElement?.dataset?.step) flow.choose(document.activeElement.dataset.step);
      }, 250);
    }
  });

  // ---- the palette ----
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find-module]")) return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const part of work().querySelectorAll(".sb-palette-part")) {
      const name = part.firstElementChild.textContent.toLowerCase();
      let found = 0;
      for (const button of part.querySelectorAll("[data-module]")) {
        const fits = `${button.textContent} ${button.dataset.module} ${button.title} ${name}`.toLowerCase().includes(wanted);
        button.parentElement.hidden = !fits;
        found += fits;
      }
      part.hidden = !found;
      part.open = Boolean(wanted) && found > 0;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[data-find-module]")) return;
    const shown = [...work().querySelectorAll("[data-module]")].filter((one) => !one.parentElement.hidden && !one.closest(".sb-palette-part").hidden);
    const wanted = event.target.value.trim().toLowerCase(); // of those that fit, the one that begins like it: "hang" is no "Changes"
    const first = shown.find((one) => one.textContent.trim().toLowerCase().startsWith(wanted)) ?? shown[0];
    if (event.key === "Enter" && first && event.target.value) {
      event.preventDefault();
      document.getElementById("flow-add").requestSubmit(first);
    } else if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.closest("details").open = true;
      first.focus();
    } else if (event.key === "Escape") {
      flow.itemOf(chosen())?.focus();
    }
  });
  // ---- where a step can move to, and what can be put above it: its form lists both where there is no script; else they
  // are the outline's and the palette's, when asked for ----
  const listPlaces = (list) => {
    for (const item of work().querySelectorAll("[data-outline] [data-above]:not([aria-disabled])")) {
      const words = [...item.querySelectorAll(":scope > .w, :scope > b")].map((one) => one.textContent).join(" ");
      if (item.dataset.step !== chosen()) list.add(new Option("· ".repeat(item.getAttribute("aria-level") - 2) + words, item.dataset.step));
    }
  };
  const listModules = (list) => {
    for (const part of work().querySelectorAll(".sb-palette-part")) {
      const group = document.createElement("optgroup");
      group.label = part.firstElementChild.firstChild.textContent.trim();
      for (const { textContent, dataset } of part.querySelectorAll("[data-module]:not([data-ends])")) group.append(new Option(textContent.trim(), dataset.module));
      list.append(group);
    }
  };
  document.addEventListener("toggle", ({ target }) => {
    for (const [key, fill] of [["move", listPlaces], ["wrap", listModules]]) {
      const list = target.querySelector?.(`[data-key=${key}]`);
      if (list && !list.options.length) fill(list);
    }
  }, true);

  document.addEventListener("click", (event) => {
    const spare = event.target.closest("[data-spare]");
    const box = spare && document.getElementById("set_numbers");
    if (!box) return;
    event.preventDefault();
    box.value = `${box.value.trimEnd()}\n${spare.dataset.spare}`.trim();
    box.focus();
  });

  // ---- dragging: a module or a step onto the step that it is to hang below; a module onto a branch comes in between.
  // A finger scrolls. It drags what it has rested on for a moment.
  const RESTS_MS = 350, NEAR = 8, EDGE = 40;
  let drag = null, ghost = null, resting = 0;
  const aimAt = (event) => {
    const steps = ".sb-flow .step[data-step]:not(.inside)", aims = drag.module ? `${steps} .branch, ${steps}` : steps;
    return document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest(aims)).find(Boolean);
  };
  const aimed = (one, isSo) => (one.matches(".step") ? flow.ringed(one, "aim", isSo) : one.classList.toggle("aim", isSo));
  const unmark = () => document.querySelectorAll(".sb-flow .aim").forEach((one) => aimed(one, false));
  const begin = () => {
    drag.begun = true;
    ghost = document.createElement("div");
    ghost.className = "sb-drag-ghost";
    ghost.textContent = drag.words;
    document.body.append(ghost);
    follow(drag);
  };
  const follow = ({ x, y }) => { ghost.style.translate = `${x + 12}px ${y + 14}px`; };
  const end = () => {
    clearTimeout(resting);
    ghost?.remove();
    unmark();
    drag = ghost = null;
  };
  const scrollAtEdge = (event) => {
    const canvas = work().querySelector("[data-canvas]"), box = canvas.getBoundingClientRect();
    const past = (at, low, high) => (at < low + EDGE ? -EDGE / 4 : at > high - EDGE ? EDGE / 4 : 0);
    if (event.clientX > box.left && event.clientX < box.right && event.clientY > box.top && event.clientY < box.bottom)
      canvas.scrollBy(past(event.clientX, box.left, box.right), past(event.clientY, box.top, box.bottom));
  };
  document.addEventListener("pointerdown", (event) => {
    const module = event.target.closest("[data-module]"), step = event.target.closest(".sb-flow .step[data-step]:not(.inside)");
    if (event.button || !event.isPrimary || (!module && (!step || step.dataset.step === "root"))) return;
    const words = module ? module.textContent : step.querySelector(".name")?.textContent;
    drag = { module: module?.dataset.module, step: step?.dataset.step, words: words?.trim() ?? "", x: event.clientX, y: event.clientY };
    drag.byTouch = event.pointerType === "touch";
    if (drag.byTouch) resting = setTimeout(begin, RESTS_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.begun && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > NEAR) {
      if (drag.byTouch) return end();
      begin();
    }
    if (!drag.begun) return;
    follow({ x: event.clientX, y: event.clientY });
    unmark();
    scrollAtEdge(event);
    const aim = aimAt(event);
    if (aim && (drag.module || aim.dataset.step !== drag.step)) aimed(aim, true);
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag?.begun) return end();
    const { module, step } = drag, aim = aimAt(event), to = aim?.dataset.step, into = aim?.parentElement.closest("[data-step]")?.dataset.step;
    end();
    const swallow = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
    document.addEventListener("click", swallow, { capture: true, once: true }); // the end of dragging is no click
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
    if (!aim || (step && to === step)) return;
    if (into) act("wrap", { module, step: into });
    else if (module) act("add", { module, ...below(to) });
    else if (to !== "root") act("move", { step, to });
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("touchmove", (event) => { if (drag?.begun) event.preventDefault(); }, { passive: false });
  document.addEventListener("contextmenu", (event) => { if (drag?.byTouch) event.preventDefault(); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".sb-flow")) event.preventDefault(); });
})();
