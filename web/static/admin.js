/* What only the backoffice needs: deleting a row, rows inside forms, filters, finding a line. */
(function () {
  "use strict";

  const { ask, $, $$ } = window.lx;

  /* ---------- deleting a row ---------- */

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-delete-key]");
    const form = document.getElementById("delete_form");
    if (!button || !form) return;
    event.preventDefault();
    const row = button.closest("tr");
    const cells = row ? $$("td:not(.lx-col-check):not(.lx-col-actions)", row) : [];
    const name = cells.map((cell) => cell.innerText.trim()).find((text) => text) || "";
    const what = name ? `“${name.split("\n")[0].slice(0, 40)}”` : "这条记录";
    if (row) row.classList.add("is-asked");
    ask(`确定要删除${what}吗？删除后不能恢复。`, { title: "删除", yes: "删除", danger: true }).then((yes) => {
      if (row) row.classList.remove("is-asked");
      if (!yes) return;
      form.elements.namedItem("id").value = button.dataset.deleteKey;
      form.requestSubmit();
    });
  });
  document.addEventListener("keydown", (event) => {
    const button = event.key === " " && event.target.closest("a[data-delete-key]");
    if (!button) return;
    event.preventDefault(); // a link that acts as a button answers to the space bar too
    button.click();
  });

  /* ---------- rows inside a form ---------- */

  function nextNumber(list) {
    const numbers = Array.from(list.children).map((row) => Number(row.id.split("-").pop()));
    return numbers.length ? Math.max(...numbers.filter(Number.isInteger), -1) + 1 : 0;
  }

  /* The server expects <list>-<number>-<field>; a list inside a new row is prefixed by that row. */
  function addRow(box) {
    const list = $(":scope > .lx-inline-list", box);
    const template = $(":scope > template", box);
    const parent = box.parentElement.closest(".lx-inline-row.is-fresh");
    const prefix = `${parent ? `${parent.id}-` : ""}${box.dataset.inline}-${nextNumber(list)}`;
    const row = template.content.firstElementChild.cloneNode(true);
    const prefixed = (value) => (value ? `${prefix}-${value}` : prefix);
    row.id = prefix;
    row.classList.add("is-fresh");
    $$("[name]", row).forEach((field) => {
      field.id = prefixed(field.id);
      field.name = prefixed(field.name);
    });
    $$("label[for]", row).forEach((label) => (label.htmlFor = prefixed(label.htmlFor)));
    list.append(row);
    window.lx.usePickers(row);
    window.lx.useComboboxes(row);
    const first = $("input:not([type=hidden]):not([hidden]), select:not([hidden]), textarea", row);
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-inline-add]");
    if (add) addRow(add.closest("[data-inline]"));
    const remove = event.target.closest("[data-inline-remove]");
    if (!remove) return;
    const row = remove.closest(".lx-inline-row");
    const back = $(":scope > [data-inline-add]", row.closest("[data-inline]"));
    const filled = $$("input:not([type=hidden]), textarea", row).some((field) => field.value && field.type !== "checkbox");
    const go = () => {
      row.remove();
      back.focus();
    };
    if (!filled) go();
    else ask(remove.dataset.question, { yes: "移除", danger: true }).then((yes) => yes && go());
  });

  /* ---------- filters ---------- */

  const filters = $("#filter_form");
  if (filters) startFilters();

  function startFilters() {
    const groups = JSON.parse($("#filter-groups-data").textContent) || {};
    const actives = JSON.parse($("#active-filters-data").textContent) || [];
    const rows = $(".lx-filter-rows", filters);
    let number = 0;

    function valueField(filter, value, name) {
      let field;
      if (filter.options && filter.type !== "select2-tags") {
        field = document.createElement("select");
        field.className = "form-select form-select-sm";
        filter.options.forEach(([key, text]) => field.add(new Option(text, key, false, String(key) === String(value))));
        field.dataset.role = "select2";
      } else {
        field = document.createElement("input");
        field.type = "text";
        field.className = "form-control form-control-sm";
        field.value = value === null || value === undefined ? "" : value;
        if (filter.type) field.dataset.role = filter.type;
        if (filter.type === "datetimepicker" || filter.type === "timepicker") field.dataset.dateFormat = "HH:mm:ss";
        if (filter.type === "select2-tags") field.placeholder = "用逗号分隔";
        if (/range/.test(filter.type || "")) field.placeholder = "2023-03-01 to 2023-03-31";
      }
      field.name = name;
      field.setAttribute("aria-label", "值");
      return field;
    }

    function addFilter(group, index, value) {
      const choices = groups[group];
      if (!choices) return null;
      const chosen = choices.find((filter) => filter.index === index) || choices[0];
      const row = document.createElement("div");
      const label = document.createElement("span");
      const operation = document.createElement("select");
      const place = document.createElement("span");
      const remove = document.createElement("button");
      const mine = (number += 1);
      row.className = "lx-filter-row";
      label.className = "lx-filter-name";
      label.textContent = group;
      operation.className = "form-select form-select-sm lx-filter-operation";
      operation.setAttribute("aria-label", `${group}：比较方式`);
      choices.forEach((filter) => operation.add(new Option(filter.operation, filter.arg, false, filter === chosen)));
      place.className = "lx-filter-value";
      remove.type = "button";
      remove.className = "lx-row-button";
      remove.setAttribute("aria-label", `移除筛选：${group}`);
      remove.textContent = "×";
      remove.addEventListener("click", () => {
        row.remove();
        filters.classList.toggle("is-empty", !rows.children.length);
        if (!rows.children.length && actives.length) filters.requestSubmit();
      });
      const fill = (kept) => {
        const filter = choices[operation.selectedIndex];
        const field = valueField(filter, kept, `flt${mine}_${filter.arg}`);
        place.replaceChildren(field);
        window.lx.usePickers(place);
        window.lx.useComboboxes(place);
        return $("input:not([hidden]), select:not([hidden])", place);
      };
      operation.addEventListener("change", () => fill(null).focus());
      row.append(label, operation, place, remove);
      rows.append(row);
      filters.classList.remove("is-empty");
      return fill(value);
    }

    actives.forEach(([index, group, value]) => addFilter(group, index, value));
    const adder = $("[data-filter-add]");
    adder.addEventListener("change", () => {
      const field = addFilter(adder.value, null, null);
      adder.value = "";
      if (field) field.focus();
    });
  }

  /* ---------- panels below a button, and the order of columns ---------- */

  function closePanels(except) {
    $$("[data-pop][open]").forEach((panel) => {
      if (panel !== except) panel.open = false;
    });
  }
  document.addEventListener("click", (event) => closePanels(event.target.closest("[data-pop]")));
  document.addEventListener("keydown", (event) => {
    const panel = event.key === "Escape" && event.target.closest("[data-pop][open]");
    if (!panel) return;
    panel.open = false;
    $(":scope > summary", panel).focus();
  });

  /* The buttons move a column on the server as well; here they only save the way there. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns] button");
    if (!button) return;
    event.preventDefault();
    const column = button.closest("li");
    if (button.name === "up" && column.previousElementSibling) column.previousElementSibling.before(column);
    if (button.name === "down" && column.nextElementSibling) column.nextElementSibling.after(column);
    button.focus();
    column.scrollIntoView({ block: "nearest" });
  });

  /* ---------- finding a line in a long record ---------- */

  document.addEventListener("input", (event) => {
    const search = event.target.closest("[data-filter-rows]");
    if (!search) return;
    const word = search.value.trim().toLowerCase();
    $$("tbody tr", document.getElementById(search.dataset.filterRows)).forEach((row) => {
      row.hidden = !row.innerText.toLowerCase().includes(word) && !row.textContent.toLowerCase().includes(word);
    });
  });
})();
