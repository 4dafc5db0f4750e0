/* Shows that a long check or import is under way; without this the browser's own sign has to do. */
(function () {
  "use strict";

  const show = (form, working) => {
    const sign = form.querySelector(".lx-working");
    if (sign) sign.hidden = !working;
  };

  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("data-working") && !event.defaultPrevented) show(event.target, true);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-working]").forEach((form) => show(form, false)));
})();
