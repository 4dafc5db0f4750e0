/* Stages on the calendar: a bar or one of its ends is dragged, or moved by keys, and sent as one change of dates.
   What the server refuses goes back to where it was, with the reason. Without this script the table does the same. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;
  const DAY = 86400000;
  const WEEKDAYS = "日一二三四五六";
  const CANNOT = "网络中断，没有保存；请检查网络后再试";
  const FRESH = [".lx-design-head", ".lx-design-list", "#lx-stage-findings", "#lx-stages"];

  const read = (iso) => Date.parse(`${iso}T00:00:00Z`) / DAY;
  const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
  const weekday = (day) => new Date(day * DAY).getUTCDay();

  function install(figure) {
    const chart = $("[data-chart]", figure);
    const tip = $("[data-tip]", figure);
    const form = document.getElementById(figure.dataset.form);
    const first = read(figure.dataset.first);
    const days = Number(figure.dataset.days);
    const today = read(figure.dataset.today);
    const special = JSON.parse($("[data-special]", figure).textContent);
    let move = null;

    figure.classList.add("is-live");

    /* ---------- the calendar ---------- */

    function isWorked(day) {
      const known = special[iso(day)];
      return known ? known[0] : weekday(day) % 6 !== 0;
    }

    function told(day) {
      const known = special[iso(day)];
      const kind = known ? known[1] + (known[0] ? "（上班）" : "（休息）") : isWorked(day) ? "工作日" : "周末";
      return `${iso(day)} 周${WEEKDAYS[weekday(day)]} ${kind}`;
    }

    function workedDays(after, until) {
      let count = 0;
      for (let day = after + 1; day <= until; day += 1) count += isWorked(day) ? 1 : 0;
      return count;
    }

    function nextWorked(day, way) {
      do day += way;
      while (!isWorked(day));
      return day;
    }

    /* ---------- one move ---------- */

    function begin(stage, end) {
      const data = stage.dataset;
      const start = data.opens ? read(data.opens) : null;
      const due = data.due ? read(data.due) : null;
      return { stage, end, from: { opens: start, due }, opens: start, due };
    }

    const isMoved = (one) => one.opens !== one.from.opens || one.due !== one.from.due;

    function shift(one, by) {
      const data = one.stage.dataset;
      if (one.end !== "due" && one.from.opens !== null) one.opens = one.from.opens + by;
      // The end that is counted in working days follows the opening by itself.
      const follows = one.end === "opens" && data.workingDays;
      if (one.end === "due" || (one.end === "both" && !data.workingDays && data.mayDue && one.from.due !== null)) one.due = one.from.due + by;
      else if ((follows || (one.end === "both" && data.workingDays)) && one.opens !== null) one.due = counted(one.opens, Number(data.workingDays));
      if (one.end === "opens" && one.due !== null && one.opens > one.due) one.opens = one.due;
      if (one.end === "due" && one.opens !== null && one.due < one.opens) one.due = one.opens;
    }

    function counted(day, left) {
      while (left > 0) {
        day = nextWorked(day, 1);
        left -= 1;
      }
      return day;
    }

    const percent = (day) => `${(100 * Math.max(0, Math.min(days, day - first))) / days}%`;

    function draw(one) {
      const start = one.opens === null ? one.due : one.opens;
      const until = one.due === null ? first + days - 1 : one.due;
      const bar = $("[data-body]", one.stage);
      bar.setAttribute("x", percent(start));
      bar.setAttribute("width", `${Math.max(0, parseFloat(percent(until + 1)) - parseFloat(percent(start)))}%`);
      place("opens", start, one.opens);
      place("due", until + 1, one.due);
      const text = $("[data-end-text]", one.stage);
      if (text && one.due !== null) {
        text.setAttribute("x", percent(until + 1));
        const [, month, day] = iso(one.due).split("-").map(Number);
        $("text", text).textContent = `${month}月${day}日`;
      }
      one.stage.classList.toggle("is-moved", isMoved(one));

      function place(end, at, value) {
        const handle = $(`[data-handle=${end}]`, one.stage);
        if (!handle || value === null) return;
        handle.parentNode.setAttribute("x", percent(at));
        handle.setAttribute("aria-valuenow", String(value + 719163));
        handle.setAttribute("aria-valuetext", told(value));
        handle.classList.toggle("is-moved", value !== one.from[end]);
      }
    }

    function describe(one) {
      const parts = [`“${one.stage.dataset.title}”`];
      for (const [end, word] of [["opens", "开放"], ["due", "截止"]]) {
        if (one[end] === null) continue;
        const was = one[end] === one.from[end] ? "" : `（原为 ${iso(one.from[end]).slice(5)}）`;
        parts.push(`${word} ${told(one[end])}${was}`);
      }
      if (one.opens !== null && one.due !== null) {
        parts.push(`共 ${one.due - one.opens + 1} 天，开放后 ${workedDays(one.opens, one.due)} 个工作日`);
      }
      const left = (one.due === null ? one.opens : one.due) - today;
      parts.push(left > 0 ? `距今天 ${left} 天` : left === 0 ? "就是今天" : `已过 ${-left} 天`);
      return parts.join("，");
    }

    function show(one, hint) {
      draw(one);
      tip.textContent = describe(one) + (hint || "");
      tip.classList.toggle("is-moving", isMoved(one));
    }

    function restore(one) {
      one.opens = one.from.opens;
      one.due = one.from.due;
      show(one);
    }

    /* ---------- sending ---------- */

    function refuse(one, sentence) {
      restore(one);
      const box = $("[data-stage-refusal]");
      $("[data-sentence]", box).textContent = `${sentence || "没有保存"}。已恢复原来的日期。`.replace("。。", "。");
      box.hidden = false;
      tip.textContent = $("[data-sentence]", box).textContent;
      say(tip.textContent);
    }

    function send(one) {
      if (!isMoved(one)) return;
      const data = one.stage.dataset;
      const sent = new FormData(form);
      sent.set("stage", data.bar);
      sent.set("opens", one.opens !== one.from.opens ? iso(one.opens) : "");
      const follows = data.workingDays && one.end !== "due";
      sent.set("due", one.due !== one.from.due && !follows ? iso(one.due) : "");
      one.stage.classList.add("is-saving");
      tip.textContent = "正在保存…";
      const focused = document.activeElement ? document.activeElement.id : "";
      const scrolled = $(".lx-timeline-scroll", figure).scrollLeft;
      fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } })
        .then((reply) => (reply.ok ? reply.text().then((page) => renew(page, focused, scrolled, describe(one))) : said(reply, one)))
        .catch(() => refuse(one, CANNOT))
        .finally(() => one.stage.classList.remove("is-saving"));
    }

    function said(reply, one) {
      return reply
        .json()
        .catch(() => ({}))
        .then((answer) => refuse(one, answer.sentence || answer.message));
    }

    /* ---------- hands ---------- */

    chart.addEventListener("pointerdown", (event) => {
      const handle = event.target.closest("[data-handle]");
      const body = event.target.closest("[data-body]");
      const stage = event.target.closest("[data-bar]");
      if (event.button !== 0 || !stage || !(handle || (body && stage.dataset.mayOpen))) return;
      event.preventDefault();
      if (move) restore(move);
      move = null;
      if (handle) handle.focus({ preventScroll: true });
      move = begin(stage, handle ? handle.dataset.handle : "both");
      const grabbed = event.clientX;
      const perDay = chart.getBoundingClientRect().width / days;
      chart.setPointerCapture(event.pointerId);
      figure.classList.add("is-dragging");
      show(move);

      const onMove = (moved) => {
        shift(move, Math.round((moved.clientX - grabbed) / perDay));
        show(move);
      };
      const end = (isKept) => {
        chart.removeEventListener("pointermove", onMove);
        chart.removeEventListener("pointerup", onUp);
        chart.removeEventListener("pointercancel", onCancel);
        document.removeEventListener("keydown", onKey, true);
        figure.classList.remove("is-dragging");
        const done = move;
        move = null;
        if (isKept) send(done);
        else restore(done);
      };
      const onUp = () => end(true);
      const onCancel = () => end(false);
      const onKey = (key) => {
        if (key.key !== "Escape") return;
        key.preventDefault();
        end(false);
      };
      chart.addEventListener("pointermove", onMove);
      chart.addEventListener("pointerup", onUp);
      chart.addEventListener("pointercancel", onCancel);
      document.addEventListener("keydown", onKey, true);
    });

    /* ---------- keys ---------- */

    chart.addEventListener("keydown", (event) => {
      const handle = event.target.closest("[data-handle]");
      if (!handle) return;
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (way) {
        event.preventDefault();
        const end = handle.dataset.handle;
        if (!move || move.stage !== handle.closest("[data-bar]") || move.end !== end) {
          if (move) restore(move);
          move = begin(handle.closest("[data-bar]"), end);
        }
        const to = event.shiftKey ? nextWorked(move[end], way) : move[end] + way;
        shift(move, to - move.from[end]);
        show(move, "。按 Enter 保存，Esc 恢复");
      } else if (event.key === "Enter" && move) {
        event.preventDefault();
        const done = move;
        move = null;
        send(done);
      } else if (event.key === "Escape" && move) {
        event.preventDefault();
        restore(move);
        move = null;
      }
    });

    chart.addEventListener("focusin", (event) => {
      const handle = event.target.closest("[data-handle]");
      if (handle && !move) show(begin(handle.closest("[data-bar]"), handle.dataset.handle));
    });

    chart.addEventListener("focusout", () => {
      if (!move || figure.classList.contains("is-dragging")) return;
      restore(move);
      say("没有按 Enter，已恢复原来的日期");
      move = null;
    });
  }

  /* The page that the server answers with brings every part that a change of dates may touch. */
  function renew(text, focused, scrolled, told) {
    const page = new DOMParser().parseFromString(text, "text/html");
    FRESH.forEach((place) => {
      const old = $(place);
      const fresh = page.querySelector(place);
      if (old && fresh) old.replaceWith(fresh);
    });
    $$("[data-timeline]").forEach((figure) => {
      install(figure);
      $(".lx-timeline-scroll", figure).scrollLeft = scrolled;
      $("[data-tip]", figure).textContent = `已保存：${told}`;
    });
    const again = focused && document.getElementById(focused);
    if (again) again.focus({ preventScroll: true });
    $$("[data-tip]").forEach((tip) => {
      tip.textContent = `已保存：${told}`;
    });
    say(`已保存：${told}`);
  }

  $$("[data-timeline]").forEach(install);
})();
