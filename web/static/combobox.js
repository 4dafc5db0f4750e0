/* A field one types into to choose from a long list, local or asked from the server. Keeps the
   original select or hidden input as what is sent, so a form works the same without this file. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;
  const SHOWN = 50;
  const SHORT_LIST = 12; // below this a plain select is quicker, above all on a phone
  let count = 0;

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /* source: search(term) -> Promise of [{id, text}], chosen() -> [{id, text}], add(item), remove(id). */
  function combobox(field, source, options) {
    const id = `lx-combo-${(count += 1)}`;
    const chips = make("ul", { className: "lx-chips" });
    const input = make("input", { type: "text", className: "form-control", id: `${id}-input`, autocomplete: "off" });
    const clear = make("button", { type: "button", className: "lx-combo-clear", textContent: "×" });
    const list = make("ul", { className: "lx-combo-list", id: `${id}-list`, hidden: true });
    const box = make("div", { className: "lx-combo" }, chips, input, clear, list);
    let items = [];
    let active = -1;
    let asked = 0;
    let timer = 0;
    let waiting = false;

    input.placeholder = options.placeholder;
    clear.setAttribute("aria-label", "清除");
    list.setAttribute("role", "listbox");
    const marks = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    Object.entries(marks).forEach(([name, value]) => input.setAttribute(name, value));
    ["aria-describedby", "aria-invalid"].forEach((name) => {
      if (field.hasAttribute(name)) input.setAttribute(name, field.getAttribute(name));
    });
    if (field.classList.contains("is-invalid")) input.classList.add("is-invalid");
    if (field.required) input.setAttribute("aria-required", "true");
    field.required = false; // a hidden field that fails the browser's check would block silently
    field.hidden = true;
    field.dataset.combo = "on";
    $$(`label[for="${CSS.escape(field.id)}"]`).forEach((label) => (label.htmlFor = input.id));
    field.after(box);

    function close() {
      list.hidden = true;
      waiting = false;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      active = index;
      $$("[role=option]", list).forEach((row, n) => {
        row.classList.toggle("is-active", n === index);
        if (n === index) {
          input.setAttribute("aria-activedescendant", row.id);
          row.scrollIntoView({ block: "nearest" });
        }
      });
    }

    function show(found, more) {
      waiting = false;
      const chosen = new Set(source.chosen().map((item) => String(item.id)));
      items = found;
      list.replaceChildren(
        ...found.map((item, n) => {
          const row = make("li", { id: `${id}-${n}`, textContent: item.text || "（空）" });
          row.setAttribute("role", "option");
          row.setAttribute("aria-selected", String(chosen.has(String(item.id))));
          row.addEventListener("mousedown", (event) => {
            event.preventDefault();
            pick(item);
          });
          return row;
        })
      );
      const note = !found.length ? "没有匹配的结果" : more ? "还有更多，请继续输入以缩小范围" : "";
      if (note) list.append(make("li", { className: "lx-combo-note", textContent: note }));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      say(found.length ? `${found.length} 个结果` : "没有匹配的结果");
      mark(found.length ? 0 : -1);
    }

    function search(term) {
      const mine = (asked += 1);
      if (term.length < options.minLength) return close();
      source.search(term).then(
        ({ found, more }) => mine === asked && document.activeElement === input && show(found, more),
        () => mine === asked && show([], false)
      );
    }

    function pick(item) {
      if (!options.multiple) source.chosen().forEach((old) => source.remove(old.id));
      const has = source.chosen().some((old) => String(old.id) === String(item.id));
      if (options.multiple && has) source.remove(item.id);
      else source.add(item);
      changed();
      close();
      if (options.multiple) input.focus();
    }

    function changed() {
      asked += 1;
      render();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function render() {
      const chosen = source.chosen();
      if (!options.multiple) {
        input.value = chosen.length ? chosen[0].text : "";
        clear.hidden = !(options.allowBlank && chosen.length && chosen[0].id !== "");
        return;
      }
      clear.hidden = true;
      input.value = "";
      chips.replaceChildren(
        ...chosen.map((item) => {
          const drop = make("button", { type: "button", textContent: "×" });
          drop.setAttribute("aria-label", `移除 ${item.text}`);
          drop.addEventListener("click", () => {
            source.remove(item.id);
            changed();
            input.focus();
          });
          return make("li", {}, make("span", { textContent: item.text }), drop);
        })
      );
    }

    /* What is on the list no longer answers what was typed, so Enter must not pick from it. */
    const later = () => {
      asked += 1;
      waiting = true;
      mark(-1);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => search(input.value.trim()), options.delay);
    };
    input.addEventListener("input", (event) => {
      event.stopPropagation(); // typing a search word is no change of the form
      if (!event.isComposing) later();
    });
    input.addEventListener("compositionend", later);
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => list.hidden && search(options.minLength ? input.value.trim() : ""));
    input.addEventListener("blur", () => {
      window.clearTimeout(timer);
      close();
      render();
    });
    clear.addEventListener("click", () => {
      source.chosen().forEach((item) => source.remove(item.id));
      changed();
      input.focus();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return search("");
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (items.length) mark((active + step + items.length) % items.length);
      } else if (event.key === "Enter" && (open || waiting)) {
        event.preventDefault();
        if (active >= 0) pick(items[active]);
      } else if (event.key === "Escape" && open) {
        event.stopPropagation();
        close();
        render();
      } else if (event.key === "Backspace" && options.multiple && !input.value && source.chosen().length) {
        source.remove(source.chosen().pop().id);
        changed();
      }
    });
    /* The browser, a restored draft or a reset form may change the field behind our back. */
    field.addEventListener("change", render);
    if (field.form) field.form.addEventListener("reset", () => window.setTimeout(render));
    render();
  }

  function fromSelect(select) {
    const options = Array.from(select.options);
    const item = (option) => ({ id: option.value, text: option.text.trim() });
    const find = (id) => options.find((option) => option.value === String(id));
    const blank = options.find((option) => option.value === "" || option.value === "__None");
    combobox(
      select,
      {
        search(term) {
          const word = term.toLowerCase();
          const hits = options.filter((o) => o !== blank && !o.disabled && o.text.toLowerCase().includes(word)).map(item);
          return Promise.resolve({ found: hits.slice(0, SHOWN), more: hits.length > SHOWN });
        },
        chosen: () => Array.from(select.selectedOptions).filter((option) => option !== blank).map(item),
        add: (chosen) => (find(chosen.id).selected = true),
        remove(id) {
          find(id).selected = false;
          if (!select.multiple && blank) blank.selected = true;
        },
      },
      {
        multiple: select.multiple,
        allowBlank: Boolean(blank),
        minLength: 0,
        delay: 0,
        placeholder: select.multiple ? "添加…" : "选择或输入…",
      }
    );
  }

  function fromServer(field) {
    const { url, separator = ",", json, placeholder, minimumInputLength, multiple, allowBlank } = field.dataset;
    const parsed = JSON.parse(json || "null");
    const pairs = !parsed ? [] : multiple === "1" ? parsed : [parsed];
    let chosen = pairs.map(([id, text]) => ({ id, text }));
    const write = () => (field.value = chosen.map((item) => item.id).join(separator));
    combobox(
      field,
      {
        async search(term) {
          const query = new URLSearchParams({ query: term, offset: "0", limit: String(SHOWN) });
          const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}${query}`, { headers: { Accept: "application/json" } });
          if (!answer.ok) throw new Error(String(answer.status));
          const found = (await answer.json()).map(([id, text]) => ({ id, text }));
          return { found, more: found.length >= SHOWN };
        },
        chosen: () => chosen.slice(),
        add(item) {
          chosen = chosen.concat(item);
          write();
        },
        remove(id) {
          chosen = chosen.filter((item) => String(item.id) !== String(id));
          write();
        },
      },
      {
        multiple: multiple === "1",
        allowBlank: allowBlank === "1",
        minLength: Number(minimumInputLength || 0),
        delay: 200,
        placeholder: placeholder || "输入名称查找…",
      }
    );
  }

  window.lx.useComboboxes = (root) => {
    $$("select[data-role=select2], select[data-combobox]", root).forEach((select) => {
      select.classList.add("form-select");
      if (select.dataset.combo || select.disabled) return;
      if (select.multiple || select.options.length > SHORT_LIST) fromSelect(select);
    });
    $$("input[data-role=select2-ajax]", root).forEach((field) => field.dataset.combo || fromServer(field));
  };
  window.lx.useComboboxes(document);
})();
