// The frame: menus, drawer, keyboard sheet, search key, copy buttons, typed confirmations. Hooks are data-*.
(() => {
  const isTyping = (element) => element && element.matches("input, textarea, select, [contenteditable]");
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  const closeMenus = (except) => {
    for (const menu of openMenus()) if (!except || !menu.contains(except)) menu.open = false;
  };

  // ---- menus: one open at a time, closed by Escape, by a click elsewhere, by leaving ----
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const closer = event.target.closest("[data-close-menu]");
    if (closer) {
      const menu = closer.closest("details");
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.("details[data-menu]") || !menu.open) return;
      const box = menu.querySelector(".sb-pop");
      if (!box) return;
      box.classList.remove("left");
      if (menu.closest(".sb-filter-pill, .sb-side") || box.getBoundingClientRect().left < 8) box.classList.add("left");
    },
    true,
  );

  // A part that asks for itself again and again waits while a menu in it is open.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.target;
    if (part.matches('[hx-trigger^="every"]') && part.querySelector("details[data-menu][open]")) event.preventDefault();
  });

  // ---- fields that are asked for only beside a certain choice ----
  const showDependent = (form) => {
    for (const box of form.querySelectorAll("[data-depends-on]")) {
      const chosen = form.elements[box.dataset.dependsOn]?.value ?? "";
      box.hidden = !box.dataset.dependsValues.split(" ").includes(chosen);
    }
  };
  const showDependents = (root) => root.querySelectorAll("form[data-depends]").forEach(showDependent);
  showDependents(document);
  document.addEventListener("htmx:afterSettle", (event) => showDependents(event.target));
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-depends]");
    if (form) showDependent(form);
  });

  // ---- drawer: the address does it; Escape and a choice close it ----
  const closeDrawer = () => {
    if (location.hash === "#menu") history.replaceState(null, "", location.pathname + location.search);
    // :target follows a navigation only, so make one
    if (document.querySelector("[data-drawer]:target")) location.hash = "#main";
  };

  // ---- keyboard ----
  const sheet = () => document.querySelector("dialog[data-keys]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.activeElement?.closest("details[data-menu][open]");
      closeMenus();
      menu?.querySelector("summary").focus();
      closeDrawer();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = document.activeElement?.form ?? document.querySelector("form[data-main]");
      if (form) form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      const field = document.querySelector("[data-search]") ?? document.querySelector("[data-find]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      }
    } else if (event.key === "?") {
      event.preventDefault();
      if (sheet() && !sheet().open) sheet().showModal();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-keys]")) sheet()?.showModal();
    if (event.target.closest("[data-close-drawer]")) {
      event.preventDefault();
      closeDrawer();
    }
  });

  // ---- copy ----
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    await navigator.clipboard.writeText(button.dataset.copyText ?? source?.textContent.trim() ?? "");
    const word = button.querySelector("[data-copy-word]") ?? button;
    const before = word.textContent;
    word.textContent = button.dataset.copied ?? "✓";
    setTimeout(() => (word.textContent = before), 1600);
  });

  // ---- a typed confirmation: the button waits for the text (the browser checks the pattern without script) ----
  const watch = (root) => {
    for (const field of root.querySelectorAll("[data-typed]")) {
      const button = field.form.querySelector("[type=submit]");
      const check = () => (button.disabled = field.value !== field.dataset.typed);
      field.addEventListener("input", check);
      check();
    }
    for (const hidden of root.querySelectorAll("[data-open-keys], [data-needs-script]")) hidden.hidden = false;
  };
  watch(document);

  // ---- swaps: what could not be fetched says so, and a form is not sent twice ----
  document.addEventListener("htmx:afterSettle", (event) => watch(event.target));
  const failed = (event) => {
    const place = event.detail.target;
    if (!place || event.detail.elt?.hasAttribute("data-live") || place.matches(".sb-jobs")) return;
    document.body.classList.remove("sb-loading");
    const template = document.querySelector("template[data-failed]");
    if (!template || place.querySelector("[data-failed-note]")) return;
    place.prepend(template.content.cloneNode(true));
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  // ---- edits of many objects: what is typed into is ticked ----
  document.addEventListener("input", (event) => {
    const row = event.target.closest(".sb-bulk-field");
    const tick = row?.querySelector("[data-ticks]");
    if (tick && event.target !== tick) tick.checked = true;
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
