/* The form of a case while it is being filled in: what is shown when, rows, counters, computed values.
   A leaf is named by its path ("indicators.revenue.2022"); case_save.js reads and writes by it. */
(function () {
  "use strict";

  const { $, $$, say, ask } = window.lx;
  const form = $("form[data-case-form]");
  if (!form) return;

  const quoted = (path) => CSS.escape(path);
  const isTick = (input) => input.type === "checkbox" || input.type === "radio";
  const isLeaf = (input) => input.name && !input.name.startsWith("_") && input.name !== "csrf_token" && input.type !== "hidden" && input.type !== "submit";
  const inputsOf = (path) => $$(`[name="${quoted(path)}"]`, form).filter(isLeaf);

  /* ---------- leaves ---------- */

  /* All leaves with their text; several choices are joined by line breaks. */
  function read() {
    const values = {};
    Array.from(form.elements)
      .filter(isLeaf)
      .forEach((input) => {
        if (!isTick(input)) {
          values[input.name] = input.value;
          return;
        }
        const before = values[input.name] || "";
        values[input.name] = input.checked ? (before ? `${before}\n${input.value}` : input.value) : before;
      });
    return values;
  }

  function write(path, text) {
    const output = document.getElementById(`leaf-${path}`);
    if (output && output.tagName === "OUTPUT") {
      showComputed(output, text);
      return;
    }
    ensureRow(path);
    const chosen = text.split("\n");
    inputsOf(path).forEach((input) => {
      if (isTick(input)) {
        input.disabled = false;
        input.checked = chosen.includes(input.value);
      } else input.value = text;
    });
    refresh();
  }

  const chosenIn = (path, values) => (values[path] || "").split("\n").filter(Boolean);

  /* ---------- what is shown when ---------- */

  const isHidden = (element) => Boolean(element && element.closest("[hidden]"));

  /* A condition is met when its field is shown and holds one of the values. */
  function isMet(element, values) {
    const path = element.dataset.when;
    const input = inputsOf(path)[0];
    if (!input || isHidden(input)) return false;
    const wanted = JSON.parse(element.dataset.any);
    return chosenIn(path, values).some((value) => wanted.includes(value));
  }

  function showWhatIsAsked(values) {
    const conditional = $$("[data-when]");
    // A condition may rest on a field that another condition shows.
    for (let changed = true, round = 0; changed && round < 5; round += 1) {
      changed = false;
      conditional.forEach((element) => {
        const hidden = !isMet(element, values);
        changed = changed || hidden !== element.hidden;
        element.hidden = hidden;
      });
    }
    const modes = new Set($$(".lx-block-modes input:checked", form).filter((input) => !isHidden(input)).map((input) => input.value));
    $$(".lx-part[data-mode]", form).forEach((part) => (part.hidden = !modes.has(part.dataset.mode)));
  }

  /* A hint only: the service refuses two of a group, whatever the page does. */
  function barExclusive() {
    $$("[data-exclusive]", form).forEach((fieldset) => {
      const groups = JSON.parse(fieldset.dataset.exclusive);
      const boxes = $$("input[type=checkbox]", fieldset);
      boxes.forEach((box) => {
        const rivals = groups.filter((group) => group.includes(box.value)).flat();
        box.disabled = !box.checked && boxes.some((other) => other.checked && rivals.includes(other.value));
      });
    });
  }

  function showCombined(values) {
    $$("[data-combined]", form).forEach((mark) => (mark.hidden = chosenIn(mark.dataset.combined, values).length < 2));
  }

  /* ---------- counters ---------- */

  /* Characters as the service counts them: composed, trimmed, a line break is one. */
  const lengthOf = (text) => Array.from(text.replace(/\r\n?/g, "\n").trim().normalize("NFC")).length;

  function count(input) {
    const counter = $(`[data-counter="${quoted(input.name)}"]`, form);
    if (!counter) return;
    const limit = Number(input.dataset.limit);
    const length = lengthOf(input.value);
    counter.textContent = length > limit ? `${length} / ${limit} 字，超出 ${length - limit} 字` : `${length} / ${limit} 字`;
    counter.classList.toggle("is-over", length > limit);
  }

  /* ---------- computed values ---------- */

  const asName = (path) => path.replace(/[.-]/g, "_");

  function numberOf(text) {
    const plain = (text || "").normalize("NFKC").replace(/[,\s]/g, "").replace(/(%|万元)$/, "");
    return /^[+-]?\d+(\.\d*)?$/.test(plain) ? Number(plain) : null;
  }

  /* The arithmetic of an expression, or null: whatever else it may hold is left to the server. */
  function arithmetic(expression, valueOf) {
    const tokens = expression.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|[-+*/(),]|\S/g) || [];
    const functions = { abs: Math.abs, min: Math.min, max: Math.max };
    let at = 0;
    const next = (token) => tokens[at] === token && Boolean((at += 1));
    const fail = () => {
      throw new RangeError("left to the server");
    };
    function sum() {
      let value = product();
      while (tokens[at] === "+" || tokens[at] === "-") value = tokens[at++] === "+" ? value + product() : value - product();
      return value;
    }
    function product() {
      let value = single();
      while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * single() : value / single();
      return value;
    }
    function single() {
      if (next("-")) return -single();
      if (next("(")) {
        const value = sum();
        return next(")") ? value : fail();
      }
      const token = tokens[at++] || fail();
      if (/^\d/.test(token)) return Number(token);
      if (functions[token] && next("(")) {
        const given = [sum()];
        while (next(",")) given.push(sum());
        return next(")") ? functions[token](...given) : fail();
      }
      if (!/^[A-Za-z_]/.test(token)) fail();
      const value = valueOf(token);
      return value === null ? fail() : value;
    }
    try {
      const value = sum();
      return at === tokens.length && Number.isFinite(value) ? value : null;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  function showComputed(output, text) {
    const unit = output.dataset.unit;
    output.value = text ? `${text}${unit && unit !== "%" ? " " : ""}${unit}` : "自动计算";
    output.dataset.value = text;
  }

  function compute(values) {
    const named = {};
    Object.entries(values).forEach(([path, text]) => (named[asName(path)] = text));
    $$("output[data-computed]", form).forEach((output) => {
      const { before = "", after = "", decimals } = output.dataset;
      const value = arithmetic(output.dataset.computed, (name) => {
        const near = asName(`${before}${name}${after}`);
        return numberOf(near in named ? named[near] : named[name]);
      });
      const places = 10 ** Number(decimals);
      if (value === null) return;
      const text = String(Math.round((value + Math.sign(value) * Number.EPSILON) * places) / places);
      named[asName(output.id.replace(/^leaf-/, ""))] = text;
      if (output.dataset.value !== text) showComputed(output, text);
    });
  }

  /* ---------- repeating rows ---------- */

  const tableOf = (key) => $(`table[data-rows="${quoted(key)}"]`, form);
  const rowsOf = (table) => $$("tbody > tr", table);
  const seenRows = (table) => rowsOf(table).filter((row) => !row.hidden);

  function label(table) {
    const rows = seenRows(table);
    rows.forEach((row, index) => {
      const words = `第 ${index + 1} 行`;
      $(".lx-row-number", row).textContent = String(index + 1);
      $$("[aria-label]", row).forEach((part) => part.setAttribute("aria-label", part.getAttribute("aria-label").replace(/第 \d+ 行/, words)));
      $$("[data-label]", row).forEach((part) => (part.dataset.label = part.dataset.label.replace(/第 \d+ 行/, words)));
    });
    $(`[data-add-row="${quoted(table.dataset.rows)}"]`, form).disabled = rows.length >= Number(table.dataset.most);
  }

  function addRow(table, number) {
    const key = table.dataset.rows;
    const numbers = rowsOf(table).map((row) => Number(row.dataset.row));
    const wanted = number === undefined ? Math.max(-1, ...numbers) + 1 : number;
    const source = $(`template[data-new-row="${quoted(key)}"]`, form);
    const made = document.createElement("template");
    made.innerHTML = source.innerHTML.replaceAll("__n__", String(wanted));
    const row = made.content.firstElementChild;
    const following = rowsOf(table).find((other) => Number(other.dataset.row) > wanted);
    $("tbody", table).insertBefore(row, following || null);
    label(table);
    refresh();
    return row;
  }

  /* Rows that somebody else or an earlier visit has added. */
  function ensureRow(path) {
    const match = /^([^.]+)\.(\d+)\./.exec(path);
    const table = match && tableOf(match[1]);
    if (!table) return;
    const row = rowsOf(table).find((other) => other.dataset.row === match[2]);
    if (!row) addRow(table, Number(match[2]));
    else if (row.hidden) {
      row.hidden = false;
      label(table);
    }
  }

  const holdsAnything = (row) => $$("input, select, textarea", row).some((input) => (isTick(input) ? input.checked : isLeaf(input) && input.value.trim()));

  /* A removed row stays with empty leaves, so that the server hears that they were emptied. */
  async function removeRow(row) {
    if (holdsAnything(row) && !(await ask("确定删除这一行吗？", { yes: "删除", danger: true }))) return;
    const table = row.closest("table");
    $$("input, select, textarea", row).filter(isLeaf).forEach((input) => {
      if (isTick(input)) input.checked = false;
      else input.value = "";
    });
    row.hidden = true;
    if (!seenRows(table).length) addRow(table);
    label(table);
    say("已删除一行");
    const add = $(`[data-add-row="${quoted(table.dataset.rows)}"]`, form);
    add.focus();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    const remove = event.target.closest("[data-remove-row]");
    if (!add && !remove) return;
    event.preventDefault();
    if (remove) {
      removeRow(remove.closest("tr"));
      return;
    }
    const row = addRow(tableOf(add.dataset.addRow));
    const first = $$("input, select, textarea", row).find(isLeaf);
    if (first) first.focus();
    say("已添加一行");
  });

  /* ---------- together ---------- */

  function refresh() {
    const values = read();
    showWhatIsAsked(values);
    barExclusive();
    showCombined(values);
    compute(values);
  }

  form.addEventListener("input", (event) => {
    if (event.target.dataset && event.target.dataset.limit) count(event.target);
    refresh();
  });
  form.addEventListener("change", refresh);

  $$("[data-limit]", form).forEach(count);
  $$("table[data-rows]", form).forEach(label);
  refresh();

  window.lx.caseForm = { form, read, write, inputsOf, quoted };
})();
