// Lists: j and k move, Enter opens, x selects; a click on a row shows it at the side; filters follow at once.
(() => {
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const current = () => document.querySelector('tr[data-row][aria-current="true"]');
  const panel = () => document.getElementById("panel");

  const mark = (row) => {
    for (const other of rows()) {
      other.removeAttribute("aria-current");
      if (!other.querySelector("input[name=selected]")) other.removeAttribute("aria-selected");
    }
    row.setAttribute("aria-current", "true");
    row.setAttribute("aria-selected", "true");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  // A row's own link; the numbers inside of a name lead to pages of their own.
  const link = (row) => row.querySelector("td a[href]:not(.sb-who .sb-num)");
  const show = (row) => {
    const address = row.dataset.panel;
    if (!address || !panel() || matchMedia("(max-width: 640px)").matches) return link(row)?.click();
    htmx.ajax("GET", address, { target: "#panel", swap: "innerHTML" });
  };
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const row = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    mark(row);
    if (panel()?.childElementCount && row.dataset.panel) show(row);
  };
  const closePanel = () => {
    if (!panel()?.childElementCount) return false;
    panel().replaceChildren();
    current()?.focus({ preventScroll: true });
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return void closePanel();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select, button, summary, [contenteditable]")) return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "Enter" && current() && !event.target.closest("a")) {
      event.preventDefault();
      show(current());
    } else if (event.key === "o" && current()) {
      link(current())?.click();
    } else if (event.key === "x" && current()) {
      const box = current().querySelector("input[name=selected]");
      if (box) box.click();
      else current().setAttribute("aria-selected", current().getAttribute("aria-selected") === "true" ? "false" : "true");
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-panel]")) {
      event.preventDefault();
      return void closePanel();
    }
    const step = event.target.closest("[data-step]");
    if (step) return move(step.dataset.step === "next" ? 1 : -1);
    const row = event.target.closest("tr[data-row]");
    if (!row || event.target.closest("a, button, input, summary, details, label") || String(getSelection())) return;
    mark(row);
    show(row);
  });

  // ---- filters ----
  let timer;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-find]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => event.target.form.requestSubmit(), 350);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-filter-now]")) event.target.form.requestSubmit();
  });
  // an empty field stays out of the address, so that it reads as what is set
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches?.("form[data-filters]")) return;
    for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt?.hasAttribute?.("data-live")) return;
    event.detail.target?.closest?.("[data-region]")?.classList.add("sb-loading");
  });
  document.addEventListener("htmx:afterRequest", () => {
    document.querySelectorAll("[data-region].sb-loading").forEach((region) => region.classList.remove("sb-loading"));
  });
})();
