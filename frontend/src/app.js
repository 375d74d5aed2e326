// Small things every page shares.

import { within } from "./database.js";
import { bindDisplay } from "./display.js";
import { forgetFlags } from "./flags.js";
import { listUnsent } from "./journal.js";
import { ownerMark, tellSignedIn } from "./owner.js";

const owner = ownerMark();

guardSignOut();
showWaiting();
showPin();
sendOnce();
document.querySelectorAll("[data-display]").forEach((form) => bindDisplay({ form }));
tellSignedIn(owner); // a page that waited for it sends what it kept

// Signing out while answers still wait on this device: say so first. With none waiting, nothing of the person stays.
function guardSignOut() {
  const form = document.querySelector("form[data-sign-out]");
  const dialog = document.getElementById("sign-out-guard");
  if (!form || !dialog?.showModal) return;
  form.addEventListener("submit", async (event) => {
    if (form.dataset.sure !== undefined) return;
    event.preventDefault();
    const waiting = await within(1000, listUnsent({ owner })).catch(() => []);
    if (waiting.length) return dialog.showModal();
    forgetFlags({ owner });
    leave();
  });
  dialog.addEventListener("close", () => dialog.returnValue === "leave" && leave());

  function leave() {
    form.dataset.sure = "";
    form.requestSubmit ? form.requestSubmit() : form.submit();
  }
}

// On the person's own desk: which papers still have answers here, so that nobody has to remember where they wrote.
async function showWaiting() {
  const list = document.querySelector("[data-waiting-here]");
  if (!list || !owner) return;
  for (const { attempt } of await listUnsent({ owner })) {
    const notice = [...list.querySelectorAll("[data-attempt]")].find((one) => one.dataset.attempt === attempt);
    if (notice) notice.hidden = false;
  }
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
