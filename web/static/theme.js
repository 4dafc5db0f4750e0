/* Loaded in the head, before the first paint: light or dark, and a mark that scripts work. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem("lx-theme") || "auto";
    } catch (error) {
      return "auto"; // storage may be forbidden by the office's policy
    }
  }

  function apply() {
    var chosen = choice();
    root.setAttribute("data-theme-choice", chosen);
    root.setAttribute("data-bs-theme", chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen);
  }

  root.classList.add("lx-js");
  apply();
  if (dark.addEventListener) dark.addEventListener("change", apply);
  window.lxTheme = {
    choice: choice,
    set: function (value) {
      try {
        localStorage.setItem("lx-theme", value);
      } catch (error) {
        /* kept for this page only */
      }
      root.setAttribute("data-theme-choice", value);
      apply();
    },
  };
})();
