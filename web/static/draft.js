/* Saves the form of a duty as a draft on the server while it is being filled in. When somebody else saved
   meanwhile, both versions are shown and nothing is overwritten unasked. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;
  const WAIT_MS = 1500;
  const RETRY_MS = 15000;
  const form = $("form[data-autosave]");
  if (!form) return;

  const state = $("[data-autosave-state]", form);
  const versions = $("[data-versions]", form);
  const revision = form.elements._revision;
  const OWN = new Set(["csrf_token", "_revision"]);

  let timer = 0;
  let running = null;
  let saved = snapshot();
  let halted = false;

  function snapshot() {
    return JSON.stringify(Array.from(new FormData(form)).filter(([name]) => !OWN.has(name)));
  }

  function show(sentence, failed) {
    state.textContent = sentence;
    state.classList.toggle("is-failed", Boolean(failed));
  }

  function later(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  }

  /* The copy in this browser is needless once the server has it. */
  function forgetLocal() {
    try {
      localStorage.removeItem(`lx-draft-${form.dataset.draftKey}`);
    } catch (error) {
      /* storage may be forbidden */
    }
  }

  function save(options) {
    window.clearTimeout(timer);
    const now = snapshot();
    if (halted || now === saved) return Promise.resolve();
    if (running) return running.then(() => save(options));
    const body = new FormData(form);
    running = fetch(form.dataset.autosave, {
      method: "POST",
      body: new URLSearchParams(body),
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      credentials: "same-origin",
      redirect: "error",
      keepalive: Boolean(options && options.leaving),
    })
      .then((response) => response.json().then((answer) => settle(response, answer, now)))
      .catch(() => {
        show("网络中断，内容暂存在本机，稍后自动重试", true);
        later(RETRY_MS);
      })
      .finally(() => {
        running = null;
      });
    return running;
  }

  function settle(response, answer, sent) {
    if (response.ok) {
      saved = sent;
      revision.value = answer.revision;
      show(`草稿已保存 ${answer.saved_at}`);
      if (snapshot() === sent) forgetLocal();
      else later(WAIT_MS);
      return;
    }
    if (response.status === 409 && answer.theirs) {
      halted = true;
      compare(answer);
      return;
    }
    if (response.status === 409) {
      halted = true;
      show(answer.sentence, true);
      return;
    }
    if (response.status === 401) {
      show("登录已超时，内容暂存在本机；请在新窗口登录后继续", true);
      later(RETRY_MS);
      return;
    }
    if (response.status === 503 || response.status === 429) {
      show("系统繁忙，稍后自动重试", true);
      later(RETRY_MS);
      return;
    }
    show(answer.sentence || "草稿未能保存，内容暂存在本机", true);
  }

  /* ---------- two versions ---------- */

  function cell(row, text, label, tag) {
    const made = document.createElement(tag || "td");
    made.textContent = text;
    if (label) made.dataset.label = label;
    row.append(made);
    return made;
  }

  function labelOf(name) {
    const field = $(`[name="${name}"]`, form);
    const group = field.closest("fieldset");
    const label = group ? $("legend", group) : $(`label[for="${field.id}"]`, form);
    return label ? label.firstChild.textContent.trim() : name;
  }

  function valueOf(name) {
    return new FormData(form).get(name) || "";
  }

  function button(text, primary, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = primary ? "btn btn-primary" : "btn";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function compare(answer) {
    const mine = "您的内容";
    const other = `${answer.saved_by} 的内容`;
    const box = document.createElement("div");
    box.className = "alert alert-danger lx-alert";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    const text = document.createElement("div");
    text.className = "lx-alert-text";
    const lead = document.createElement("p");
    lead.textContent = `${answer.saved_by} 于 ${answer.saved_at} 保存了另一份草稿。自动保存已暂停，请选择保留哪一份。`;
    const table = document.createElement("table");
    table.className = "table lx-table lx-versions";
    const head = table.createTHead().insertRow();
    ["项目", mine, other].forEach((word) => (cell(head, word, null, "th").scope = "col"));
    const rows = table.createTBody();
    Object.keys(answer.theirs)
      .filter((name) => $(`[name="${name}"]`, form) && valueOf(name) !== answer.theirs[name])
      .forEach((name) => {
        const row = rows.insertRow();
        cell(row, labelOf(name));
        cell(row, valueOf(name) || "（空）", mine);
        cell(row, answer.theirs[name] || "（空）", other);
      });
    const buttons = document.createElement("div");
    buttons.className = "lx-versions-buttons";
    buttons.append(
      button("保留我的内容", true, () => decide(answer, false)),
      button("改用对方的内容", false, () => decide(answer, true))
    );
    text.append(lead, table, buttons);
    box.append(text);
    versions.replaceChildren(box);
    versions.hidden = false;
    show("自动保存已暂停", true);
    box.focus();
  }

  function decide(answer, takeTheirs) {
    if (takeTheirs) {
      Object.entries(answer.theirs).forEach(([name, value]) => {
        $$(`[name="${name}"]`, form).forEach((field) => {
          if (field.type === "radio") field.checked = field.value === value;
          else field.value = value;
        });
      });
    }
    revision.value = answer.revision;
    versions.replaceChildren();
    versions.hidden = true;
    halted = false;
    if (takeTheirs) {
      saved = snapshot();
      forgetLocal();
      show(`已改用 ${answer.saved_by} 的草稿`);
      say("已改用对方的内容");
    } else {
      saved = "";
      save();
    }
    const first = $("input:not([type=hidden]), textarea, select", form);
    if (first) first.focus();
  }

  /* ---------- when to save ---------- */

  form.addEventListener("input", () => later(WAIT_MS));
  form.addEventListener("change", () => later(WAIT_MS));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ leaving: true });
  });

  /* A draft under way would make the page's revision stale, so filing waits for it. */
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (!running) {
      halted = true;
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    running.finally(() => {
      if (!versions.hidden) return;
      form.requestSubmit(submitter);
    });
  });
  window.addEventListener("pageshow", () => {
    if (versions.hidden) halted = false;
  });
})();
