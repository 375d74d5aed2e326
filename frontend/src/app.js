// Small things every page shares.

import { countUnsent } from "./journal.js";

guardSignOut();
showPin();
sendOnce();
if (document.body.dataset.signedIn !== undefined && "BroadcastChannel" in globalThis) {
  new BroadcastChannel("quizapp").postMessage("signed-in"); // a page that waited for it sends what it kept
}

// Signing out while answers still wait on this device: say so first.
function guardSignOut() {
  const form = document.querySelector("form[data-sign-out]");
  const dialog = document.getElementById("sign-out-guard");
  if (!form || !dialog?.showModal) return;
  form.addEventListener("submit", (event) => {
    if (dialog.returnValue === "leave" || countUnsent() === 0) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "leave" && form.requestSubmit());
}

function showPin() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    });
  }
}

// A second click on a form that is on its way does nothing.
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent !== undefined) return event.preventDefault();
    form.dataset.sent = "";
  });
  addEventListener("pageshow", () => document.querySelectorAll("[data-once]").forEach((form) => delete form.dataset.sent));
}
