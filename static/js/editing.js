// Forms of objects: selects that search by name, and a new object made in place. Hooks are data-*.
(() => {
  const dialog = document.querySelector("dialog[data-new-dialog]");
  let waiting = null; // the select that a new object is made for

  // ---- selects that ask for more by name ----
  const search = (select) => {
    if (select.tomselect || !window.TomSelect || !select.dataset.options) return;
    new TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: ["text"],
      maxOptions: 200,
      hideSelected: false,
      allowEmptyOption: !select.multiple,
      loadThrottle: 200,
      load: (words, done) => {
        fetch(`${select.dataset.options}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : { items: [] }))
          .then((found) => done(found.items))
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
  const searchIn = (place) => place.querySelectorAll("select[data-pick]").forEach(search);
  searchIn(document);
  document.addEventListener("htmx:afterSettle", (event) => searchIn(event.target));

  // ---- a new object in place ----
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-new-object]");
    if (link && dialog && !dialog.contains(link)) {
      event.preventDefault();
      waiting = document.getElementById(link.dataset.newObject);
      htmx.ajax("GET", link.dataset.newUrl, { target: "#new-object", swap: "innerHTML" }).then(() => {
        if (!dialog.open) dialog.showModal();
        dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      });
    }
    if (event.target.closest("[data-close-dialog]")) dialog?.close();
  });
  dialog?.addEventListener("close", () => {
    document.getElementById("new-object").replaceChildren();
    (waiting?.tomselect ?? waiting)?.focus();
  });
  document.addEventListener("objectMade", (event) => {
    const { value, text } = event.detail;
    if (!waiting || !value) return;
    if (waiting.tomselect) {
      waiting.tomselect.addOption({ value, text });
      waiting.tomselect.addItem(value);
    } else {
      waiting.add(new Option(text, value, true, true));
    }
    dialog?.close();
  });
})();
