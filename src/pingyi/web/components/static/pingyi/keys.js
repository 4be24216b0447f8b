// The desks by keyboard. Everything here can be done without it: it only moves and clicks.
//   j / k    next, previous row        Enter   open it (the link has the focus)
//   1 … 9    pick the numbered choice  /       search
//   s        take the first suggestion Ctrl+Enter (⌘+Enter)   send the form at hand
(function () {
  "use strict";

  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll("table[data-rows] tbody tr"))
      .map(function (row) { return row.querySelector("a"); })
      .filter(Boolean);
  }

  function move(step) {
    var links = rows();
    if (!links.length) return false;
    var row = document.activeElement && document.activeElement.closest("tr");
    var here = links.findIndex(function (link) { return link.closest("tr") === row; });
    var next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
    if (next < 0 || next >= links.length) return false;
    links[next].focus();
    return true;
  }

  function pick(digit) {
    var mark = document.querySelector('[data-digit="' + digit + '"]');
    var choice = mark && mark.closest("label").querySelector("input");
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  function suggested() {
    var first = document.querySelector("[data-suggests]");
    var choice = first && document.querySelector(
      'form[data-main] input[type="radio"][value="' + first.dataset.suggests + '"]');
    if (!choice) return false;
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  function search() {
    var box = document.querySelector("[data-search]");
    if (!box) return false;
    box.focus();
    box.select();
    return true;
  }

  function send(target) {
    var form = target.closest("form") || document.querySelector("form[data-main]");
    if (!form || form.method !== "post") return false;
    form.requestSubmit();
    return true;
  }

  function writing(target) {
    return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target.tagName === "INPUT" && !/^(radio|checkbox)$/.test(target.type));
  }

  document.addEventListener("keydown", function (event) {
    var done = false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      done = send(event.target);
    } else if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) {
      return;
    } else if (event.key === "j") {
      done = move(1);
    } else if (event.key === "k") {
      done = move(-1);
    } else if (event.key === "s") {
      done = suggested();
    } else if (event.key === "/") {
      done = search();
    } else if (/^[1-9]$/.test(event.key)) {
      done = pick(event.key);
    }
    if (done) event.preventDefault();
  });

  // A folded part of the menu closes with Escape, and when one looks elsewhere.
  function closed(except) {
    document.querySelectorAll(".menu details[open]").forEach(function (part) {
      if (part !== except) part.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closed(event.target.closest(".menu details"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closed(null);
  });

  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
})();
