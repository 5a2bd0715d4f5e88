// Acts over the page (a[data-dialog]), and the length of a text as it is typed. Hooks are data-*.
(() => {
  const dialog = document.querySelector("dialog[data-act-dialog]");
  const place = document.getElementById("act");
  let opener = null, call = ""; // of a board of calls, which may be drawn anew meanwhile

  // ---- the dialog: what a click without script gets as a page is asked for with a POST (or the verb of the link) ----
  const open = async (link) => {
    const menu = link.closest("details[data-menu]");
    opener = menu?.querySelector("summary") ?? link;
    call = link.closest("[data-call]")?.dataset.call;
    if (menu) menu.open = false;
    const address = new URL(link.href);
    const values = Object.fromEntries(address.searchParams);
    const verb = link.dataset.dialog || "POST";
    await htmx.ajax(verb, address.pathname, { source: link, target: "#act", swap: "innerHTML", values });
    if (!place.childElementCount) location.assign(link.href); // its page says why
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    }
    if (dialog && event.target.closest("[data-close-dialog]") && dialog.contains(event.target)) dialog.close();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!place?.contains(event.target) && event.target !== place) return;
    if (!dialog.open) dialog.showModal();
    if (event.detail.elt?.hasAttribute("data-live") && place.contains(document.activeElement)) return;
    const asked = [...place.querySelectorAll("input:not([type=hidden]), textarea, select")];
    const first = place.querySelector("[data-first]") ?? asked.find((field) => field.ariaInvalid === "true");
    (first ?? asked.find((field) => !field.value && field.checkVisibility()) ?? asked.at(0))?.focus();
  });
  dialog?.addEventListener("close", () => {
    const question = place.querySelector("form[data-question]");
    if (question) { // nobody said yes: nothing is to wait for it
      const body = new FormData(question);
      body.set("discard", "1");
      fetch(question.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    }
    place.replaceChildren();
    (call ? document.querySelector(`[data-call="${call}"] summary`) : opener)?.focus();
  });

  // ---- the length of a text (portal/lib/sms.py counts the same) ----
  const measure = (text, basic, extension) => {
    const chars = [...text];
    const foreign = [...new Set(chars.filter((char) => !basic.includes(char) && !extension.includes(char)))].join("");
    const size = (char) => (foreign ? char.length : extension.includes(char) ? 2 : 1);
    const [alone, part] = foreign ? [70, 67] : [160, 153];
    const units = chars.reduce((sum, char) => sum + size(char), 0);
    if (units <= alone) return { units, parts: 1, left: alone - units, foreign };
    let parts = 1, filled = 0;
    for (const char of chars) {
      if (filled + size(char) > part) [parts, filled] = [parts + 1, 0];
      filled += size(char);
    }
    return { units, parts, left: part - filled, foreign };
  };
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-sms]");
    const line = field?.form.querySelector("[data-sms-length]");
    if (!line) return;
    const { units, parts, left, foreign } = measure(field.value, field.dataset.basic, field.dataset.extension);
    const words = parts > 1 ? line.dataset.more : line.dataset.one;
    line.querySelector("[data-sms-words]").textContent = words.replace("UNITS", units).replace("PARTS", parts).replace("LEFT", left);
    line.querySelector("[data-sms-foreign]").textContent = foreign ? line.dataset.foreign.replace("FOREIGN", () => [...foreign].join(" ")) : "";
  });
})();
