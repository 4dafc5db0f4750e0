/* Saves the changed leaves of a case's form while it is being written, and shows who changed the same leaf meanwhile.
   What has not reached the server is kept in this browser and offered after a crash. */
(function () {
  "use strict";

  const { $, $$, say, caseForm } = window.lx;
  if (!caseForm || !caseForm.form.dataset.caseSave) return;

  const { form, read, write, quoted } = caseForm;
  const WAIT_MS = 1500;
  const KEEP_MS = 400;
  const RETRY_MS = 15000;
  const MOST_KEPT_ALIVE = 60000; // browsers refuse a larger body on leaving
  const STORE = `lx-draft-${form.dataset.caseKey}`; // forms.js drops this prefix on signing out
  const base = form.elements._base;
  const revision = form.elements._revision;
  const state = $("[data-case-state]");

  const stored = JSON.parse(base.value); // what the server holds
  const shown = base.dataset.unsaved === undefined ? read() : { ...read(), ...stored }; // what it was told
  const conflicts = new Map();
  let timer = 0;
  let keeping = 0;
  let running = null;
  let halted = false;

  function changed() {
    const now = read();
    return Object.fromEntries(Object.entries(now).filter(([path, text]) => text !== (shown[path] || "") && !conflicts.has(path)));
  }

  function show(sentence, failed) {
    if (!state) return;
    state.textContent = sentence;
    state.classList.toggle("is-failed", Boolean(failed));
  }

  /* ---------- saving ---------- */

  function later(wait) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  }

  function bodyOf(leaves) {
    const body = new URLSearchParams({ _revision: revision.value });
    Object.entries(leaves).forEach(([path, text]) => {
      body.set(`_mine.${path}`, text);
      body.set(`_base.${path}`, stored[path] || "");
    });
    return body;
  }

  function save(options) {
    window.clearTimeout(timer);
    const leaves = changed();
    if (halted || !Object.keys(leaves).length) return Promise.resolve();
    if (running) return running.then(() => save(options));
    const body = bodyOf(leaves);
    const isLeaving = Boolean(options && options.leaving) && String(body).length < MOST_KEPT_ALIVE;
    show("正在保存…");
    running = fetch(form.dataset.caseSave, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      credentials: "same-origin",
      redirect: "error",
      keepalive: isLeaving,
    })
      .then((response) => response.json().then((answer) => settle(response, answer, leaves)))
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
      take(answer, sent);
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
    halted = response.status === 409 || response.status === 403;
    show(answer.sentence || "草稿未能保存，内容暂存在本机", true);
  }

  /* What the server holds now: own leaves count as told, untouched ones take what somebody else wrote. */
  function take(answer, sent) {
    revision.value = answer.revision;
    const open = new Map(answer.conflicts.map((conflict) => [conflict.path, conflict]));
    Object.entries(sent).forEach(([path, text]) => {
      if (open.has(path)) return;
      shown[path] = text;
      stored[path] = answer.values[path] || "";
    });
    const now = read();
    Object.entries(answer.values).forEach(([path, text]) => {
      if (path in sent || (now[path] || "") !== (shown[path] || "")) return;
      stored[path] = text;
      if (text !== (now[path] || "")) write(path, text);
    });
    Object.entries(read()).forEach(([path, text]) => {
      if (path in answer.values && !(path in sent) && text === stored[path]) shown[path] = text;
    });
    open.forEach(compare);
    tell(answer, sent);
    show(conflicts.size ? "有内容与他人的修改冲突，请在标出的位置选择" : `已于 ${answer.saved_at} 保存`, conflicts.size > 0);
    if (Object.keys(changed()).length) later(WAIT_MS);
    else keep();
  }

  /* ---------- what is said about leaves ---------- */

  function note(kind, icon, sentence) {
    const line = document.createElement("p");
    line.className = kind;
    line.dataset.liveNote = "";
    const mark = document.createElement("i");
    mark.className = `ti ti-${icon}`;
    mark.setAttribute("aria-hidden", "true");
    line.append(mark, sentence);
    return line;
  }

  /* Sentences of the server's last full check stay until their leaf is changed. */
  function tell(answer, sent) {
    const focused = document.activeElement && document.activeElement.name;
    $$("[data-notes]", form).forEach((place) => {
      const path = place.dataset.notes;
      if (path === focused) return;
      $$(path in sent ? "[data-live-note], [data-server-note]" : "[data-live-note]", place).forEach((line) => line.remove());
      if ($("[data-server-note]", place)) return;
      if (answer.problems[path]) place.prepend(note("lx-error", "alert-circle", answer.problems[path]));
      else if (answer.warnings[path]) place.prepend(note("lx-warning", "alert-triangle", answer.warnings[path]));
      const leaf = place.closest("[data-leaf]");
      if (leaf) leaf.classList.toggle("has-error", Boolean(answer.problems[path]));
      caseForm.inputsOf(path).forEach((input) => input.classList.toggle("is-invalid", Boolean(answer.problems[path]) && input.type !== "checkbox"));
    });
    Object.entries(answer.sections).forEach(([key, section]) => {
      $$(`[data-state-of="${quoted(key)}"]`).forEach((place) => place.replaceChildren(badge(section)));
    });
  }

  function badge(section) {
    const mark = document.createElement("span");
    const isDone = section.filled === section.asked;
    mark.className = `lx-badge lx-is-${section.asked ? (isDone ? "done" : "open") : "none"}`;
    mark.textContent = section.asked ? (isDone ? "✓ 已填完" : `已填 ${section.filled}/${section.asked}`) : "选填";
    if (section.missing.length) mark.title = `尚缺：${section.missing.join("、")}`;
    return mark;
  }

  /* ---------- two people, one leaf ---------- */

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function compare(conflict) {
    const { path, theirs } = conflict;
    const place = $(`[data-notes="${quoted(path)}"]`, form);
    if (!place) return;
    $$(".lx-conflict", place).forEach((old) => old.remove());
    conflicts.set(path, theirs);
    const box = document.createElement("div");
    box.className = "lx-conflict";
    box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = `他人刚刚把“${conflict.label}”改为：${theirs || "（空）"}`;
    const buttons = document.createElement("div");
    buttons.className = "lx-conflict-buttons";
    const decide = (takeTheirs) => () => {
      conflicts.delete(path);
      stored[path] = theirs;
      shown[path] = theirs;
      if (takeTheirs) {
        write(path, theirs);
        shown[path] = read()[path];
      }
      box.remove();
      say(takeTheirs ? "已采用对方的内容" : "已保留您的内容");
      show(takeTheirs ? "已采用对方的内容" : "正在保存…");
      save().then(keep);
    };
    buttons.append(button("保留我填写的", decide(false)), button("采用对方的", decide(true)));
    box.append(words, buttons);
    place.append(box);
  }

  /* ---------- what has not reached the server ---------- */

  function keep() {
    const leaves = { ...changed(), ...Object.fromEntries(Array.from(conflicts.keys(), (path) => [path, read()[path]])) };
    try {
      if (Object.keys(leaves).length) localStorage.setItem(STORE, JSON.stringify({ at: Date.now(), leaves }));
      else localStorage.removeItem(STORE);
    } catch (error) {
      /* full or forbidden: the server still has what was saved */
    }
  }

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(STORE) || "null");
    } catch (error) {
      return null;
    }
  }

  function offer() {
    const found = kept();
    const now = read();
    const leaves = found ? Object.entries(found.leaves).filter(([path, text]) => text !== (now[path] || "")) : [];
    if (!leaves.length) return;
    const bar = document.createElement("div");
    bar.className = "alert alert-info lx-alert lx-draft";
    bar.setAttribute("role", "status");
    const words = document.createElement("div");
    words.className = "lx-alert-text";
    words.textContent = `本机保存了 ${new Date(found.at).toLocaleString("zh-CN", { hour12: false })} 尚未保存的 ${leaves.length} 处内容。`;
    const restore = button("恢复", () => {
      leaves.forEach(([path, text]) => write(path, text));
      say("已恢复未保存的内容");
      bar.remove();
      later(0);
    });
    const drop = button("丢弃", () => {
      bar.remove();
      keep();
    });
    bar.append(words, restore, drop);
    form.before(bar);
  }

  /* ---------- when ---------- */

  function touched() {
    later(WAIT_MS);
    window.clearTimeout(keeping);
    keeping = window.setTimeout(keep, KEEP_MS);
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    keep();
    save({ leaving: true });
  });

  /* A draft under way would make the page's revision stale, so the form's own buttons wait for it. */
  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    base.value = JSON.stringify(stored);
    if (!running) {
      halted = true;
      return;
    }
    event.preventDefault();
    const submitter = event.submitter;
    running.finally(() => window.setTimeout(() => form.requestSubmit(submitter)));
  });
  window.addEventListener("pageshow", () => {
    halted = false;
  });

  offer();
})();
