// The editor of callflows: acts without loading the page anew, the keyboard, and dragging beside it. Hooks are data-*.
(() => {
  const flow = window.switchboardFlow;
  const work = () => document.getElementById("flow-work");
  if (!flow || !work()) return;
  const { chosen } = flow;
  let busy = false, waiting = 0;

  // ---- one act: the answer is what differs from what is shown ----
  const send = async (url, data, focus) => {
    if (busy) return;
    busy = true;
    work().setAttribute("aria-busy", "true");
    data.set("shown", switchboardPatch.shown());
    data.set("chosen", chosen());
    try {
      const answer = await fetch(url, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) return void location.assign(elsewhere);
      if (!answer.ok || answer.redirected) return void location.reload();
      show(await answer.json(), focus);
    } catch {
      location.reload();
    } finally {
      busy = false;
      work()?.removeAttribute("aria-busy");
    }
  };
  const show = (said, focus) => {
    const openParts = () => [...document.querySelectorAll("#flow-panel details")];
    const name = (part) => part.firstElementChild.textContent.trim();
    const open = openParts().filter((part) => part.open).map(name);
    const before = chosen(), panelAt = document.getElementById("flow-panel").scrollTop;
    work().dataset.revision = said.revision;
    switchboardPatch.patch(said);
    const { "flow-panel": panel, ...others } = said.parts;
    for (const [id, html] of Object.entries(others)) document.getElementById(id).outerHTML = html;
    htmx.swap("#flow-panel", panel, { swapStyle: "outerHTML" });
    for (const part of openParts()) if (open.includes(name(part))) part.open = true;
    if (said.chosen === before) document.getElementById("flow-panel").scrollTop = panelAt;
    flow.wake(said.chosen);
    const item = flow.itemOf(said.chosen);
    history.replaceState(history.state, "", item.href);
    if (focus) item.focus();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-act]");
    if (!form) return;
    event.preventDefault();
    const keepsFocus = form.matches(".sb-flow-settings");
    send(form.getAttribute("action"), new FormData(form, event.submitter), !keepsFocus);
  });
  const act = (what, more = {}) => {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", work().querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("revision", work().dataset.revision);
    data.set("act", what);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    return send(work().dataset.actUrl, data, true);
  };
  const onStep = (what) => chosen() !== "root" && act(what, { step: chosen() });
  const onPlace = (what, more = {}) => act(what, chosen() === "root" ? more : { ...more, to: chosen() });

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
      work().querySelector("[data-find-module]").focus();
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
    const first = [...work().querySelectorAll("[data-module]")].find((one) => !one.parentElement.hidden && !one.closest(".sb-palette-part").hidden);
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
  document.addEventListener("click", (event) => {
    const spare = event.target.closest("[data-spare]");
    const box = spare && document.getElementById("set_numbers");
    if (!box) return;
    event.preventDefault();
    box.value = `${box.value.trimEnd()}\n${spare.dataset.spare}`.trim();
    box.focus();
  });

  // ---- dragging: a module or a step onto the step that it is to hang below ----
  let drag = null;
  const aimAt = (event) => document.elementsFromPoint(event.clientX, event.clientY).map((one) => one.closest(".sb-flow .step[data-step]:not(.inside)")).find(Boolean);
  const unmark = () => document.querySelectorAll(".sb-flow .aim").forEach((one) => one.classList.remove("aim"));
  document.addEventListener("pointerdown", (event) => {
    const module = event.target.closest("[data-module]"), step = event.target.closest(".sb-flow .step[data-step]:not(.inside)");
    if (event.button || (!module && (!step || step.dataset.step === "root"))) return;
    drag = { module: module?.dataset.module, step: step?.dataset.step, x: event.clientX, y: event.clientY, begun: false };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.begun ||= Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 8;
    if (!drag.begun) return;
    unmark();
    const aim = aimAt(event);
    if (aim && aim.dataset.step !== drag.step) aim.classList.add("aim");
  });
  document.addEventListener("pointerup", (event) => {
    const { module, step, begun } = drag ?? {};
    drag = null;
    unmark();
    if (!begun) return;
    const aim = aimAt(event)?.dataset.step;
    const swallow = (click) => { click.preventDefault(); click.stopImmediatePropagation(); };
    document.addEventListener("click", swallow, { capture: true, once: true }); // the end of dragging is no click
    setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 0);
    if (!aim || aim === step) return;
    if (module) act("add", aim === "root" ? { module } : { module, to: aim });
    else if (aim !== "root") act("move", { step, to: aim });
  });
  document.addEventListener("pointercancel", () => { drag = null; unmark(); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".sb-flow")) event.preventDefault(); });
})();
