/* Totals of the table of places follow what is typed; without this script they follow the next saving. */
(function () {
  "use strict";

  const { $$ } = window.lx;

  $$("form[data-matrix]").forEach((form) => {
    const unlimited = form.dataset.unlimited;
    const columns = new Set($$("[data-limit]", form).map((input) => input.dataset.limit));

    function total(column) {
      let sum = 0;
      let isOpen = false;
      let isEmpty = true;
      $$(`[data-limit="${column}"]`, form).forEach((input) => {
        const text = input.value.trim();
        const isNumber = /^[0-9]{1,5}$/.test(text);
        input.classList.toggle("is-invalid", text !== "" && text !== unlimited && !isNumber);
        if (text === unlimited) isOpen = true;
        if (text === unlimited || isNumber) isEmpty = false;
        if (isNumber) sum += Number(text) * Number(input.closest("tr").dataset.units);
      });
      form.querySelector(`[data-total="${column}"]`).textContent = isEmpty ? "—" : isOpen ? unlimited : String(sum);
    }

    form.addEventListener("input", (event) => {
      if (event.target.matches("[data-limit]")) total(event.target.dataset.limit);
    });
    columns.forEach(total);
  });
})();
