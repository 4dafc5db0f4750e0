/* What protects a form's content: no double sending, a question before leaving, drafts kept here,
   and dates typed with the browser's own picker. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;

  /* ---------- no double sending ---------- */

  const sent = new WeakSet();
  const AGAIN_MS = 4000; // a download leaves the page standing; then the form may be sent again

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute("aria-busy", "true");
    window.setTimeout(() => free(form), AGAIN_MS);
  });

  function free(form) {
    sent.delete(form);
    form.removeAttribute("aria-busy");
  }

  /* ---------- leaving with changes ---------- */

  const dirty = new Set();
  const looks = (field) => field.closest("[data-looking]"); // chooses what is looked at, and is no content

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guard") && !looks(event.target)) dirty.add(form);
  });
  $$("form[data-guard][data-unsaved]").forEach((form) => dirty.add(form));
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) dirty.delete(event.target);
  });
  /* Whether sending a form loses what was typed in another; and that the reader agreed to lose it. */
  window.lx.isLosing = (form) => form.method === "post" && Array.from(dirty).some((one) => one !== form);
  window.lx.lose = () => dirty.clear();
  window.addEventListener("beforeunload", (event) => {
    if (!dirty.size) return;
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("pageshow", () => $$("form[aria-busy]").forEach(free));

  /* ---------- drafts ---------- */

  const PREFIX = "lx-draft-";
  const SKIPPED = new Set(["password", "file", "hidden", "submit", "button", "reset"]);

  const fieldsOf = (form) => Array.from(form.elements).filter((field) => field.name && !SKIPPED.has(field.type) && !looks(field));

  function read(form) {
    const values = {};
    fieldsOf(form).forEach((field) => {
      const ticks = field.type === "checkbox" || field.type === "radio";
      if (ticks && !field.checked) return;
      const chosen = field.multiple ? Array.from(field.selectedOptions).map((option) => option.value) : [field.value];
      values[field.name] = (values[field.name] || []).concat(chosen);
    });
    return values;
  }

  function write(form, values) {
    fieldsOf(form).forEach((field) => {
      const kept = values[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
      else if (field.multiple) Array.from(field.options).forEach((option) => (option.selected = kept.includes(option.value)));
      else if (field.name in values) field.value = kept.shift() || "";
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    dirty.add(form);
  }

  function store(key, value) {
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch (error) {
      /* full or forbidden: the form itself still works */
    }
  }

  function load(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key) || "null");
    } catch (error) {
      return null;
    }
  }

  function offer(form, draft, key) {
    const bar = document.createElement("div");
    bar.className = "alert alert-info lx-alert lx-draft";
    bar.setAttribute("role", "status");
    const words = document.createElement("div");
    words.className = "lx-alert-text";
    words.textContent = `本机保存了 ${new Date(draft.at).toLocaleString("zh-CN", { hour12: false })} 的未提交内容。`;
    const take = document.createElement("button");
    const drop = document.createElement("button");
    [take, drop].forEach((button) => {
      button.type = "button";
      button.className = "btn btn-sm";
    });
    take.textContent = "恢复";
    drop.textContent = "丢弃";
    take.addEventListener("click", () => {
      write(form, draft.values);
      say("已恢复未提交的内容");
      bar.remove();
    });
    drop.addEventListener("click", () => {
      store(key, null);
      bar.remove();
    });
    bar.append(words, take, drop);
    form.before(bar);
  }

  function keepDraft(form) {
    const key = form.dataset.draftKey;
    const draft = load(key);
    if (draft && JSON.stringify(draft.values) !== JSON.stringify(read(form))) offer(form, draft, key);
    let timer = 0;
    form.addEventListener("input", (event) => {
      if (looks(event.target)) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        store(key, { at: Date.now(), values: read(form) });
        $$(`[data-draft-saved="${key}"]`).forEach((place) => {
          place.textContent = `本机已暂存 ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`;
        });
      }, 400);
    });
  }

  /* A page that confirms a submission names the draft it makes needless; signing out drops all. */
  $$("[data-draft-done]").forEach((mark) => store(mark.dataset.draftDone, null));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.hasAttribute("data-clear-drafts")) return;
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
    } catch (error) {
      /* nothing was kept then */
    }
  });

  /* ---------- dates ---------- */

  const PICKERS = { datepicker: "date", datetimepicker: "datetime-local", timepicker: "time" };
  const spaced = (value) => value.replace("T", " ");

  /* The server writes "2023-03-20 17:00:00", the browser's picker "2023-03-20T17:00". */
  function usePicker(field) {
    const kind = PICKERS[field.dataset.role];
    if (!kind || field.type !== "text") return;
    const value = field.value.trim();
    const asked = (field.dataset.dateFormat || "").includes("ss");
    field.type = kind;
    if (kind !== "date" && /:\d\d:(?!00)\d\d$/.test(value)) field.step = "1";
    field.value = kind === "datetime-local" ? value.replace(" ", "T").replace(/(:\d\d):00$/, "$1") : value;
    if (value && !field.value) {
      field.type = "text"; // an unusual value is left for the reader to see
      field.value = value;
      return;
    }
    if (kind === "date" || !field.form) return;
    field.form.addEventListener("formdata", (event) => {
      if (!field.value) return;
      const full = /:\d\d:\d\d/.test(field.value) || !asked ? field.value : `${field.value}:00`;
      event.formData.set(field.name, spaced(full));
    });
  }

  window.lx.usePickers = (root) => $$("input[data-role]", root).forEach(usePicker);
  window.lx.usePickers(document);
  $$("form[data-draft-key]").forEach(keepDraft);
})();
