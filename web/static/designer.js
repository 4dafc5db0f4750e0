/* The designer: parts that are not there show no fields, lists are dragged, on a phone the outline is folded away.
   What was typed and not sent is kept by forms.js, together with the step that it was typed on. */
(function () {
  "use strict";

  const { $, $$ } = window.lx;

  const side = $("[data-design-side]");
  if (side) {
    const narrow = window.matchMedia("(max-width: 61.99rem)");
    const fold = () => {
      side.open = !narrow.matches;
    };
    narrow.addEventListener("change", fold);
    fold();
  }

  /* ---------- optional parts ---------- */

  $$("fieldset[data-part]").forEach((part) => {
    const ways = $$(":scope > .lx-inset-there input", part);
    const show = () => {
      const chosen = ways.find((one) => one.checked);
      part.classList.toggle("is-absent", Boolean(chosen) && chosen.value === "no");
    };
    ways.forEach((one) => one.addEventListener("change", show));
    show();
  });

  /* ---------- refused forms ---------- */

  /* They come back with what was typed: forms.js is told, so that it keeps it and asks before the page is left. */
  $$("form[data-unsent]").forEach((form) => {
    const field = Array.from(form.elements).find((one) => one.name === "step");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* ---------- order ---------- */

  $$("form[data-order]").forEach((form) => {
    const body = $("tbody", form);
    if (!window.Sortable || !body || body.rows.length < 2) return;
    window.Sortable.create(body, {
      handle: "[data-drag]",
      ghostClass: "is-dragged",
      animation: 120,
      onEnd: (event) => {
        if (event.oldIndex === event.newIndex) return;
        const first = Math.min(...Array.from(body.rows, (row) => Number(row.dataset.number)));
        const to = document.createElement("input");
        to.type = "hidden";
        to.name = "to";
        to.value = String(first + event.newIndex);
        form.append(to);
        form.action = event.item.dataset.item;
        form.submit();
      },
    });
  });
})();
