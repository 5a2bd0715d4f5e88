// The week of opening hours: empty times stay folded until they are asked for, and a day can be made as the one above.
(() => {
  for (const day of document.querySelectorAll("[data-weekday]")) {
    const slots = [...day.querySelectorAll("[data-slot]")];
    const inputs = (slot) => [...slot.querySelectorAll("input")];
    const isEmpty = (slot) => inputs(slot).every((input) => !input.value) && !slot.querySelector(".sb-field-error");
    const more = day.querySelector("[data-more]");
    const above = day.querySelector("[data-as-above]");
    const fold = () => {
      slots.forEach((slot, index) => { slot.hidden = index > 0 && isEmpty(slot); });
      more.hidden = slots.every((slot) => !slot.hidden);
    };
    more.addEventListener("click", () => {
      const next = slots.find((slot) => slot.hidden);
      next.hidden = false;
      inputs(next)[0].focus();
      more.hidden = slots.every((slot) => !slot.hidden);
    });
    if (above) {
      above.hidden = false;
      above.addEventListener("click", () => {
        const from = [...day.previousElementSibling.querySelectorAll("input")];
        slots.flatMap(inputs).forEach((input, index) => { input.value = from[index].value; });
        fold();
      });
    }
    fold();
  }
})();
