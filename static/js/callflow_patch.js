// What an act changed is put into the drawing and the outline; the rest stays as it is. telephony/callflow_board.py says
// it: every step in order with its place and its level, and the HTML of those that the page showed otherwise.
(() => {
  const page = () => document.querySelector("[data-flow]");
  const rows = () => page().querySelector("[data-outline]");
  const steps = () => page().querySelector(".sb-flow [data-steps]");
  const stepOf = (part) => part.dataset.step ?? part.firstElementChild.dataset.step;
  const made = (html, shell) => {
    const template = document.createElement("template");
    template.innerHTML = `<${shell}>${html}</${shell}>`;
    return [...template.content.firstElementChild.children];
  };

  // What the page shows, for the next act: "flow-lint:x8Jw02Pq root:9sH2kQ7d 0:lq0GxWcb". A part that came with the page
  // or since by itself says nothing of it, and is sent.
  const shown = () => {
    const parts = Array.from(page().querySelectorAll("[id^=flow-][data-drawn]"), (part) => [part.id, part.dataset.drawn]);
    return [...parts, ...Array.from(rows().children, (row) => [stepOf(row), row.dataset.drawn])].map((one) => one.join(":")).join(" ");
  };

  // The children of one part: those that differ in the place of the old ones, all in order, none that is gone. From the
  // last to the first, so that what stands right already is left alone.
  const arrange = (part, fresh, places) => {
    const held = new Map(Array.from(part.children, (one) => [stepOf(one), one]));
    for (const [step, one] of held) if (!places.has(step)) one.remove();
    for (const one of fresh) {
      held.get(stepOf(one))?.replaceWith(one);
      held.set(stepOf(one), one);
    }
    let next = null;
    for (const step of [...places.keys()].reverse()) {
      const one = held.get(step);
      if (one.parentNode !== part || one.nextElementSibling !== next) part.insertBefore(one, next);
      next = one;
    }
  };
  // What stands beside them. The elements themselves stay: for a sibling that comes or goes a browser styles all of a page.
  const fill = (parts) => {
    for (const [id, [digest, html]] of Object.entries(parts)) {
      const place = document.getElementById(id), template = document.createElement("template");
      template.innerHTML = html;
      place.replaceChildren(...template.content.firstElementChild.childNodes);
      place.dataset.drawn = digest;
    }
  };
  const patch = ({ places: listed, size: [width, height], drawn, rows: told, parts }) => {
    const places = new Map(listed.map(([step, ...at]) => [step, at])), drawing = page().querySelector("svg.sb-flow");
    arrange(rows(), made(told, "ul"), places);
    arrange(steps(), made(drawn, "svg"), places);
    const put = (one, name, value) => {
      if (one.getAttribute(name) !== value) one.setAttribute(name, value);
    };
    for (const one of steps().children) put(one, "transform", `translate(${places.get(one.dataset.step)[0]})`);
    for (const { firstElementChild: item } of rows().children) put(item, "aria-level", String(places.get(item.dataset.step)[1]));
    put(drawing, "viewBox", `0 0 ${width} ${height}`);
    fill(parts);
  };
  window.switchboardPatch = { patch, shown };
})();
