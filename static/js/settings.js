// A page of settings: marks what was changed, narrows to what is looked for. Everything works without it.
(() => {
  const form = document.querySelector("form[data-settings]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-row]")];
  const review = document.querySelector("[data-review]");
  const words = review.textContent;

  // ---- what was changed ----
  const isChanged = (input) =>
    input.type === "radio" || input.type === "checkbox"
      ? input.checked !== input.defaultChecked
      : input.value !== input.defaultValue;
  const said = (row) => {
    const chosen = [...row.querySelectorAll("input:checked:not([role=switch])")].map(
      (input) => input.nextElementSibling?.firstChild.textContent.trim() ?? input.value,
    );
    if (chosen.length) return chosen.join(", ");
    const toggle = row.querySelector("[role=switch]");
    if (toggle) return toggle.checked ? form.dataset.on : form.dataset.off;
    const input = row.querySelector("input:not([type=radio], [type=checkbox])");
    if (!input) return form.dataset.none;
    if (input.autocomplete === "off") return "••••••";
    const unit = row.querySelector("em")?.textContent ?? "";
    return input.value ? `${input.value} ${unit}`.trim() : input.placeholder;
  };
  const became = (row) => {
    const note = document.createElement("span");
    note.className = "sb-became";
    const before = document.createElement("del");
    before.textContent = row.dataset.shown;
    const after = document.createElement("b");
    after.textContent = said(row);
    note.append(...(row.dataset.shown ? [before, " → "] : []), after);
    return note;
  };
  const refresh = () => {
    let count = 0;
    for (const row of rows) {
      const isHot = [...row.querySelectorAll("input")].some(isChanged);
      count += isHot;
      row.classList.toggle("hot", isHot);
      row.querySelector(".sb-became")?.remove();
      const state = row.querySelector(".ki");
      for (const part of state.children) part.hidden = isHot && !row.classList.contains("bad");
      if (isHot && !row.classList.contains("bad")) state.append(became(row));
      const toggle = row.querySelector("[role=switch]");
      if (toggle) toggle.nextElementSibling.textContent = toggle.checked ? form.dataset.on : form.dataset.off;
    }
    for (const link of document.querySelectorAll("[data-group]")) {
      const hot = form.querySelectorAll(`[data-section="${link.dataset.group}"] .hot`).length;
      const place = link.querySelector("span");
      place.dataset.was ??= place.textContent;
      place.textContent = hot ? form.dataset.changed.replace("{n}", hot) : place.dataset.was;
      place.classList.toggle("ch", hot > 0);
    }
    review.textContent = count === 0 ? words : count === 1 ? form.dataset.one : form.dataset.many.replace("{n}", count);
  };
  form.addEventListener("input", refresh);
  form.addEventListener("reset", () => setTimeout(refresh));

  // ---- what is shown ----
  const find = document.querySelector("[data-find-setting]");
  const chips = [...document.querySelectorAll("[data-show]")];
  let shown = chips.find((chip) => chip.hasAttribute("aria-current"))?.dataset.show ?? "";
  const narrow = () => {
    const text = find.value.trim().toLowerCase();
    for (const row of rows) {
      const isWanted = (!shown || row.dataset.row === shown) && !("newer" in row.dataset);
      row.hidden = !row.classList.contains("hot") && !(isWanted && row.textContent.toLowerCase().includes(text));
    }
    for (const section of form.querySelectorAll("[data-section]"))
      section.hidden = !section.querySelector("[data-row]:not([hidden])");
    for (const chip of chips) {
      const isOn = chip.dataset.show === shown;
      if (isOn) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
  };
  find.addEventListener("input", narrow);
  for (const chip of chips)
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      shown = chip.dataset.show;
      narrow();
    });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    find.focus();
  });

  refresh();
  if (shown) narrow();
})();
