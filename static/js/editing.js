// Forms of objects: selects that search by name, and a new object made in place. Hooks are data-*.
(() => {
  const dialog = document.querySelector("dialog[data-new-dialog]");
  let waiting = null, kind = ""; // the select that a new object is made for, and what its values begin with

  // ---- selects that ask for more by name ----
  const found = async (place, words) => { // "/address", or "kind:/address" where values say their kind
    const kind = place.slice(0, place.indexOf("/"));
    const answer = await fetch(`${place.slice(kind.length)}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
    const { items } = answer.ok ? await answer.json() : { items: [] };
    return items.map((item) => ({ ...item, value: kind + item.value }));
  };
  const search = (select) => {
    if (select.tomselect || !window.TomSelect) return;
    const places = select.dataset.options?.split(" ") ?? []; // none: all that there is stands in it already
    new TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: ["text"],
      maxOptions: 200,
      hideSelected: false,
      allowEmptyOption: !select.multiple,
      loadThrottle: 200,
      load: (words, done) => {
        Promise.all(places.map((place) => found(place, words)))
          .then((items) => done(items.flat()))
          .catch(() => done());
      },
      onInitialize() {
        select.setAttribute("aria-hidden", "true"); // its label is the search box's now
      },
      render: {
        no_results: () => {
          const box = document.createElement("div");
          box.className = "no-results";
          box.textContent = dialog?.dataset.nothing ?? "";
          return box;
        },
      },
    });
  };
  // One in a group that is folded waits until that opens, or until it is led to.
  const searchIn = (place) => {
    for (const select of place.querySelectorAll("select[data-pick]")) if (!select.closest("details:not([open])")) search(select);
  };
  searchIn(document);
  document.addEventListener("htmx:afterSettle", (event) => searchIn(event.target));
  document.addEventListener("toggle", ({ target }) => target.matches?.("details[open]") && searchIn(target), true);
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches("select[data-pick]") || target.tomselect) return;
    search(target);
    target.tomselect?.focus();
  });

  // ---- fields that only some choices need ----
  const fit = (form) => {
    for (const field of form.querySelectorAll("[data-shown-for]")) {
      field.hidden = !field.dataset.shownFor.split(" ").includes(form.elements[field.dataset.shownBy]?.value);
    }
    for (const group of form.querySelectorAll("fieldset:has([data-shown-for])")) {
      group.hidden = [...group.querySelectorAll("[data-shown-for]")].every((field) => field.hidden);
    }
  };
  document.querySelectorAll("form:has([data-shown-for])").forEach((form) => {
    fit(form);
    form.addEventListener("change", () => fit(form));
  });

  // ---- a new object in place ----
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-new-object]");
    if (link && dialog && !dialog.contains(link)) {
      event.preventDefault();
      waiting = document.getElementById(link.dataset.newObject);
      kind = link.dataset.newPrefix ?? "";
      htmx.ajax("GET", link.dataset.newUrl, { target: "#new-object", swap: "innerHTML" }).then(() => {
        if (!dialog.open) dialog.showModal();
        dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      });
    }
    if (event.target.closest("[data-close-dialog]")) dialog?.close();
  });
  dialog?.addEventListener("close", () => {
    document.getElementById("new-object").replaceChildren();
    const chooser = waiting?.tomselect;
    if (chooser) chooser.settings.openOnFocus = false; // its list would open by itself
    (chooser ?? waiting)?.focus();
    if (chooser) setTimeout(() => { chooser.settings.openOnFocus = true; });
  });
  document.addEventListener("objectMade", (event) => {
    const { text } = event.detail, value = kind + event.detail.value;
    if (!waiting || !event.detail.value) return;
    if (waiting.tomselect) {
      waiting.tomselect.addOption({ value, text });
      waiting.tomselect.addItem(value);
    } else {
      waiting.add(new Option(text, value, true, true));
    }
    dialog?.close();
    waiting.closest("[data-rows]")?.querySelector("[data-row-add]").click(); // of a list: one more row at once
  });
})();
